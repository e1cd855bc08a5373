import { expect, onTestFinished, test } from 'vitest';
import { createUserKey } from '#agent/credentials/user-key.ts';
import { openConnection } from '#agent/host/connection.ts';
import { startNatsServer } from '#test/agent/guest/support/nats-server.ts';
import { newHostId } from '#test/contract/driver/desired-machine.ts';
import { clockAhead } from '#test/support/clock-ahead.ts';
import { until } from '#test/support/until.ts';

test('a clock that was set back by an hour keeps a host from nothing when nats-server comes back', async () => {
  const nats = await startNatsServer();
  onTestFinished(nats.close);
  const changes: boolean[] = [];
  const clock = clockAhead();
  onTestFinished(clock.setBack);
  const connection = await openConnection(credentialAt(nats.url), {
    onPush: () => {},
    onChange: isConnected => void changes.push(isConnected),
    onRefused: () => {},
  });
  onTestFinished(connection.close);
  clock.setBack();
  await nats.restart();
  await until('it is connected again', () => changes.at(-1));
  expect(changes).toEqual([false, true]);
});

const credentialAt = (natsUrl: string) => ({
  host: newHostId(),
  key: createUserKey(),
  authorities: null,
  natsUrl: () => natsUrl,
  jwt: () => 'not-checked-here',
  renewalDueIn: () => 3_600_000,
  renew: async () => {},
});
