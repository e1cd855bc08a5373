import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sha256Of } from '#agent/host/drivers/checked-start.ts';
import type { Said } from '#agent/host/drivers/ssh/outpost/protocol.ts';
import { createService } from '#agent/host/drivers/ssh/outpost/service.ts';
import { newHostId } from '#test/contract/driver/desired-machine.ts';
import { until } from '#test/support/until.ts';
import { scriptDriver } from './scripted-driver.ts';

test('an outpost keeps an agent only when it is the one that was sent', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-outpost-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const bundle = join(directory, 'guest.cjs');
  const said: Said[] = [];
  const service = createService({
    driver: scriptDriver(newHostId()),
    bundle,
    say: one => void said.push(one),
  });
  const [whole, part] = [Buffer.from('the agent'), Buffer.from('the ag')];
  const bring = (number: number, bytes: Buffer) =>
    service.take({
      call: 'bring',
      number,
      ask: { bundle: bytes.toString('base64'), sha256: sha256Of(whole) },
    });
  bring(1, whole);
  await until('it is kept', () => said.length === 1);
  bring(2, part);
  await until('it is refused', () => said.length === 2);
  expect(said).toMatchObject([
    { said: 'answer', number: 1 },
    { said: 'failed', number: 2, failure: { code: 'agent-damaged', isTransient: true } },
  ]);
  expect(await readFile(bundle)).toEqual(whole);
  await service.close();
});
