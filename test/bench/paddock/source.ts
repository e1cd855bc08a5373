import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Place } from '../place.ts';
import { compile } from '../programs/compile.ts';
import { withBenchFleet } from './bench-fleet.ts';
import type { Files } from './commits.ts';
import { quietMs, stampOf, suiteOf } from './dispatch.ts';

/** A tree as large as a small repository: files of some 2 KiB in folders of twenty. */
export const treeOf = (files: number): Files =>
  Object.fromEntries(
    Array.from({ length: files }, (_, n) => [
      `src/part-${Math.floor(n / 20)}/file-${n}.txt`,
      `This is line ${n} of a file that somebody wrote.\n`.repeat(40),
    ]),
  );

export type SourceOptions = { files: number; by: 'archive' | 'git'; count?: number; warmUp?: number };

/** Webhook's last byte → exec of the first step, with one commit that nobody has fetched yet, in ms. */
export async function dispatchSource(
  place: Place,
  { files, by, count = 30, warmUp = 5 }: SourceOptions,
): Promise<number[]> {
  const stamp = await compile('stamp', place.data);
  if (!stamp) throw new Error('needs a C compiler: cc');
  const file = join(place.work, `source-${by}-${files}`);
  const source = by === 'git' ? 'auto' : 'archive';
  const options = { max: 1, warm: 1, source, shell: [stamp, file, '/bin/sh', '-e'] } as const;
  return withBenchFleet(place, { ...options, shell: [...options.shell] }, async fleet => {
    const suite = suiteOf({}, 'test -f n.txt');
    await fleet.commit([{ ...treeOf(files), '.paddock.yml': suite }]);
    const figures: number[] = [];
    for (let n = 0; n < count + warmUp; n++) {
      const [commit] = await fleet.commit([{ 'n.txt': `${n}\n` }]);
      if (!commit) throw new Error('no commit was made');
      await fleet.untilIdle(1);
      await pause(quietMs);
      const { sentAt } = await fleet.push(commit);
      const spawned = await stampOf(file, n);
      await fleet.untilSettled(n + 1);
      if (n >= warmUp) figures.push(spawned - sentAt);
    }
    return figures;
  });
}
