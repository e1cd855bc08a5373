import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '#test/support/until.ts';
import { fromNs } from '../figures.ts';
import type { Place } from '../place.ts';
import { compile } from '../programs/compile.ts';
import { type BenchFleet, withBenchFleet } from './bench-fleet.ts';

export type Dispatch = {
  /** Webhook's last byte → answer, → exec of the step, → first command of the step; ms, one for each push. */
  answered: number[];
  spawned: number[];
  stepsClock: number[];
};

export const suiteOf = (facts: object, ...steps: string[]): string =>
  JSON.stringify({ version: 1, suites: { default: { steps, ...facts } } });

/** What a machine still does when its job has settled: it clears up. */
export const quietMs = 40;

export async function dispatch(place: Place, { count = 100, warmUp = 20, env = {} } = {}): Promise<Dispatch> {
  const stamp = await compile('stamp', place.data);
  if (!stamp) throw new Error('needs a C compiler: cc');
  const [spawnedFile, stepFile] = [join(place.work, 'spawned'), join(place.work, 'stepped')];
  const options = { max: 1, warm: 1, shell: [stamp, spawnedFile, '/bin/sh', '-e'], env };
  return withBenchFleet(place, options, async fleet => {
    const suite = suiteOf({ source: 'none' }, `${stamp} ${stepFile}`);
    const commits = await fleet.commit(
      Array.from({ length: count + warmUp }, (_, n) => ({ '.paddock.yml': suite, 'n.txt': `${n}\n` })),
    );
    const figures: Dispatch = { answered: [], spawned: [], stepsClock: [] };
    await fillMirror(fleet, suite, commits);
    for (const [n, commit] of commits.entries()) {
      await fleet.untilIdle(1);
      await pause(quietMs);
      const { sentAt, answeredAt } = await fleet.push(commit);
      const [spawned, stepped] = [await stampOf(spawnedFile, n + 1), await stampOf(stepFile, n + 1)];
      await fleet.untilSettled(n + 2);
      if (n < warmUp) continue;
      figures.answered.push(answeredAt - sentAt);
      figures.spawned.push(spawned - sentAt);
      figures.stepsClock.push(stepped - sentAt);
    }
    return figures;
  });
}

/** One push brings the whole history; the others find their commit there. */
export async function fillMirror(
  fleet: BenchFleet,
  suite: string,
  commits: Parameters<BenchFleet['mirror']>[0],
) {
  const [head] = await fleet.commit([{ '.paddock.yml': suite, 'n.txt': 'head\n' }]);
  if (!head) throw new Error('no commit was made');
  await fleet.push(head);
  await fleet.untilSettled(1);
  await fleet.mirror(commits);
}

/** The stamp with this index; the line is complete when it ends. */
export async function stampOf(file: string, index: number): Promise<number> {
  return until(
    `stamp ${index} of ${file}`,
    async () => {
      const lines = (await readFile(file, 'utf8')).split('\n');
      return lines.length > index + 1 && fromNs(lines[index] ?? '');
    },
    { everyMs: 5 },
  );
}
