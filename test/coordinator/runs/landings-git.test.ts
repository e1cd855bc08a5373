/** What has landed is compared with what landed after it by real git, over a mirror that was fetched. */
import { afterEach, expect, test, vi } from 'vitest';
import { type MergeLab, openMergeLab } from '../support/merge-lab.ts';

vi.setConfig({ testTimeout: 60_000 });

let lab: MergeLab;
afterEach(() => lab.close());
const push = async (file: string) => {
  await lab.forge.make({ name: 'main', files: { [file]: '1' }, on: 'main' });
  return lab.forge.tell(lab.github);
};
const land = async (...events: Awaited<ReturnType<typeof push>>) => {
  await lab.deliver(...events);
  await lab.prepare();
};
const fates = async () => (await lab.runsOf('landed')).map(({ jobs }) => jobs.join(', '));

const over = 'default superseded, build superseded';
const waits = 'default queued, build blocked';

test('what landed last is tested, whatever came late or never', async () => {
  lab = await openMergeLab('{}', { landed: 'supersede' });
  await land(...(await push('one')));
  const late = await push('two');
  await push('nobody-tells');
  await land(...(await push('three')));
  expect(await fates()).toEqual([over, waits]);
  await land(...late);
  expect(await fates()).toEqual([over, waits, waits]);
});

test('unless that is asked for everything that lands is', async () => {
  lab = await openMergeLab('{}');
  await land(...(await push('one')));
  await land(...(await push('two')));
  expect(await fates()).toEqual([waits, waits]);
});
