import { expect } from 'vitest';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { gate } from '#test/support/fleet/gate.ts';
import { openPull, settled } from '#test/support/fleet/story.ts';
import { until } from '#test/support/until.ts';
import { numbersUpTo } from './flood.ts';

const lines = 100_000;
const patience = { timeoutMs: 240_000, everyMs: 250 };

/** So many machines at once, in two pull requests: all of them start to print within a second. */
export const loudJobs =
  (count: number) =>
  async (fleet: Fleet): Promise<string> => {
    const start = gate(fleet, 'all', 1);
    const names = Array.from({ length: count / 2 }, (_, index) => `loud-${index}`);
    const steps = [`(${start.step}) > /dev/null`, `seq ${lines}`];
    const suites = Object.fromEntries(names.map(name => [name, { steps }]));
    const file = { '.paddock.yml': JSON.stringify({ version: 1, suites }) };
    const pulls = [
      await openPull(fleet, file, { branch: 'loud' }),
      await openPull(fleet, { ...file, 'other.txt': 'another commit\n' }, { branch: 'louder' }),
    ];
    const areBusy = async () =>
      (await fleet.api.system()).machines.filter(({ status }) => status === 'busy').length === count;
    await until(`${count} machines are busy`, areBusy, patience);
    await start.open();
    const bytes = numbersUpTo(lines).length;
    const whole = {
      standing: 'passed',
      attempts: 1,
      history: [{ log: { state: 'complete', bytes } }],
    };
    for (const { head } of pulls)
      for (const name of names)
        expect(await settled(fleet, head, name, patience.timeoutMs)).toMatchObject(whole);
    return `${Math.round((count * bytes) / 1_024 ** 2)} MiB`;
  };
