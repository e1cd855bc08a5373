/** Somebody sets the clock of the coordinator's computer. */
import { test } from 'vitest';
import { clockEnvironment, findFakeTime, setClock } from '#test/support/fleet/clock.ts';
import { repository } from '#test/support/fleet/fleet.ts';
import { gate } from '#test/support/fleet/gate.ts';
import { killPart } from '#test/support/fleet/parts.ts';
import { openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

test('the clock is set back by ten minutes while a verdict waits for GitHub: it arrives when GitHub is back', async ({
  skip,
}) => {
  const library = findFakeTime();
  if (!library) return skip('needs libfaketime (Debian: faketime)');
  await withFleet({ environment: directory => clockEnvironment(library, directory) }, async fleet => {
    const { fake, api, directory } = fleet;
    const waiting = gate(fleet);
    const { head } = await openPull(fleet, suite(waiting.step));
    await waiting.reached();
    await fake.goDown();
    await waiting.open();
    await settled(fleet, head);
    const isPutOff = async () => (await api.system()).unsentWrites.some(({ tries }) => tries > 0);
    await until('the verdict was tried in vain', isPutOff);
    setClock(directory, -600);
    await fake.comeBack();
    const arrived = () => fake.statusOf(repository, head, 'paddock/here')?.state === 'success';
    await until('the verdict has arrived', arrived, { timeoutMs: 25_000 });
  });
}, 60_000);

test('the clock is set back by an hour after a start, then nats-server is restarted: the coordinator is back at once', async ({
  skip,
}) => {
  const library = findFakeTime();
  if (!library) return skip('needs libfaketime (Debian: faketime)');
  const environment = (directory: string) => {
    const variables = clockEnvironment(library, directory);
    setClock(directory, 3_600);
    return variables;
  };
  await withFleet({ environment }, async fleet => {
    setClock(fleet.directory, 0);
    const isNow = ({ lastSeenAt }: { lastSeenAt: number }) => Math.abs(Date.now() - lastSeenAt) < 60_000;
    const isBack = async () => (await fleet.api.system()).hosts.some(isNow);
    await until('the coordinator sees the host report by the true clock', isBack, { timeoutMs: 25_000 });
    await killPart(fleet, 'nats-server');
    const { head } = await openPull(fleet, suite('echo passed'));
    await settled(fleet, head);
  });
}, 60_000);
