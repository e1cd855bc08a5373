/** What must be shown: 20 pull requests of which 3 are bad, one batch at a time and two; printed. */
import { expect, test } from 'vitest';
import type { CommitSha } from '#shared/ids.ts';
import { repository } from '../support/bare-forge.ts';
import { type MergeLab, openMergeLab } from '../support/merge-lab.ts';

const bad = [5, 12, 18];
const numbers = Array.from({ length: 20 }, (_, n) => n + 1);
const testMs = 10 * 60_000;

/** Every test takes ten minutes, and those that are under way at once end at once. */
async function play(lab: MergeLab): Promise<number> {
  const begunAt = lab.clock.now;
  for (;;) {
    await lab.settle({ isTesting: false });
    if ((await lab.leased()).length === 0) return lab.clock.now - begunAt;
    lab.clock.now += testMs;
    await lab.end();
  }
}

test.each([1, 2])(
  '20 pull requests with 3 bad ones at depth %i: what was tested, what landed, with how many runs',
  async depth => {
    const lab = await openMergeLab(`{ queue: { max-batch: 8, depth: ${depth} } }`);
    try {
      const files = (n: number) => ({ [bad.includes(n) ? `uses-old-${n}` : `change-${n}`]: `${n}\n` });
      await lab.open(Object.fromEntries(numbers.map(n => [n, files(n)])));
      await lab.prepare();
      await lab.test();
      // All heads are green. Then the base gives up an interface that three of them use.
      await lab.forge.make({ name: 'main', files: { 'new-interface': '' }, on: 'main' });
      await lab.deliver(...(await lab.forge.tell(lab.github)));
      await lab.settle();
      const before = await lab.tip();
      for (const number of numbers) await lab.ask(number);
      const tookMs = await play(lab);

      const batches = await lab.batches();
      const runs = await lab.runsOf('merge-queue');
      const entries = await lab.entries();
      const landed = entries.filter(line => line.endsWith(' landed'));
      const toTheirEnd = batches.filter(line => !line.endsWith('abandoned')).length;
      console.log(
        [
          `20 pull requests, 3 of them bad (#5, #12, #18), batches of 8, depth ${depth}; real git, GitHub stand-in, scripted machines`,
          ...batches.map((batch, index) => `  run ${String(index + 1).padStart(2)}  ${batch}`),
          `landed ${landed.length}, ejected ${entries.length - landed.length}: ${runs.length} runs, ${toTheirEnd} of them to their end, in ${Math.round(tookMs / 60_000)} min of tests of 10 min; each alone, one after the other: 20 runs in 200 min`,
          `requests to GitHub ${lab.fake.requests.length}, pushes ${lab.forge.pushes()}`,
        ].join('\n'),
      );
      expect(landed).toEqual(numbers.filter(n => !bad.includes(n)).map(n => `#${n} landed`));
      expect(entries.filter(line => line.includes('ejected'))).toEqual(
        bad.map(n => `#${n} ejected: it fails on what main has become`),
      );
      expect(toTheirEnd).toBeLessThan(20);
      expect(tookMs).toBeLessThan(depth === 1 ? 20 * testMs : 12 * testMs);
      // Nothing untested: every stop of the branch is the commit of a run that passed, one on top of the other.
      const stops = new Set<string>(
        runs.filter(({ jobs }) => jobs.every(job => job.endsWith(' passed'))).map(({ commit }) => commit),
      );
      const line = await lab.forge.commitsOf(`${before}..main`, '--first-parent');
      expect(line).toHaveLength(17);
      const landedAt = await lab.landedCommits();
      expect(landedAt.every(commit => stops.has(commit))).toBe(true);
      expect(line.filter(commit => landedAt.includes(commit as CommitSha))).toEqual(landedAt);
      expect(landedAt.at(-1)).toBe(await lab.tip());
      for (const n of numbers)
        expect(lab.github.pullRequest(repository, n)?.state.status).toBe(bad.includes(n) ? 'open' : 'merged');
      expect(lab.fake.violations).toEqual([]);
    } finally {
      await lab.close();
    }
  },
  600_000,
);
