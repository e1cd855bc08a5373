/** What must be shown: 20 pull requests of which 3 are bad; printed. */
import { expect, test } from 'vitest';
import { repository } from '../support/bare-forge.ts';
import { openMergeLab } from '../support/merge-lab.ts';

const bad = [5, 12, 18];
const numbers = Array.from({ length: 20 }, (_, n) => n + 1);

test('20 pull requests with 3 bad ones: what was tested, what landed, and with how many runs', async () => {
  const lab = await openMergeLab('{ queue: { max-batch: 8 } }');
  try {
    const files = (n: number) => ({ [bad.includes(n) ? `uses-old-${n}` : `change-${n}`]: `${n}\n` });
    await lab.open(Object.fromEntries(numbers.map(n => [n, files(n)])));
    await lab.prepare();
    await lab.test();
    // All heads are green. Then the base gives up an interface that three of them use.
    await lab.forge.make({ name: 'main', files: { 'new-interface': '' }, on: 'main' });
    await lab.deliver(...(await lab.forge.tell(lab.github)));
    const before = await lab.tip();
    for (const number of numbers) await lab.ask(number);
    await lab.settle();

    const batches = await lab.batches();
    const runs = await lab.runsOf('merge-queue');
    const entries = await lab.entries();
    const landed = entries.filter(line => line.endsWith(' landed'));
    console.log(
      [
        '20 pull requests, 3 of them bad (#5, #12, #18), batches of 8; real git, GitHub stand-in, scripted machines',
        ...batches.map((batch, index) => `  run ${String(index + 1).padStart(2)}  ${batch}`),
        `landed ${landed.length}, ejected ${entries.length - landed.length}: ${runs.length} runs; each alone: 20 runs`,
        `requests to GitHub ${lab.fake.requests.length}, pushes ${lab.forge.pushes()}`,
      ].join('\n'),
    );
    expect(landed).toEqual(numbers.filter(n => !bad.includes(n)).map(n => `#${n} landed`));
    expect(entries.filter(line => line.includes('ejected'))).toEqual(
      bad.map(n => `#${n} ejected: it fails on what main has become`),
    );
    expect(runs.length).toBeLessThan(20);
    // Nothing untested: every stop of the branch is the commit of a run that passed, one on top of the other.
    const stops = runs
      .filter(({ jobs }) => jobs.every(job => job.endsWith(' passed')))
      .map(({ commit }) => commit);
    const line = await lab.forge.commitsOf(`${before}..main`, '--first-parent');
    expect(line).toHaveLength(17);
    expect(line.filter(commit => stops.includes(commit as (typeof stops)[number]))).toEqual(stops);
    expect(stops.at(-1)).toBe(await lab.tip());
    for (const n of numbers)
      expect(lab.github.pullRequest(repository, n)?.state.status).toBe(bad.includes(n) ? 'open' : 'merged');
    expect(lab.fake.violations).toEqual([]);
  } finally {
    await lab.close();
  }
}, 600_000);
