import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { now } from '../figures.ts';
import type { Place } from '../place.ts';
import { withBenchFleet } from './bench-fleet.ts';
import { fillMirror, suiteOf } from './dispatch.ts';

export const logLines = 200_000;

/** 16 MB: 80 bytes a line. */
export async function writeLog(place: Place): Promise<string> {
  const file = join(place.work, 'log.txt');
  const line = (n: number) =>
    `${`${n} the quick brown fox jumps over the lazy dog and the other one too, `.padEnd(79, '.')}\n`;
  await writeFile(file, Array.from({ length: logLines }, (_, n) => line(n)).join(''));
  return file;
}

/** In blocks as `cat` writes, and one write for each line. */
export const logCommands = (file: string) => ({
  block: `cat ${file}`,
  line: `grep --line-buffered '' ${file}`,
});

export type LogShape = keyof ReturnType<typeof logCommands>;

/** Webhook → settled, so every line is redacted, stored and its digest verified; seconds. */
export async function log200k(place: Place, shape: LogShape, count = 5): Promise<number[]> {
  const file = await writeLog(place);
  return withBenchFleet(place, { max: 1, warm: 1 }, async fleet => {
    const suite = suiteOf({ source: 'none' }, logCommands(file)[shape]);
    const seconds: number[] = [];
    const commits = await fleet.commit(
      Array.from({ length: count }, (_, n) => ({ '.paddock.yml': suite, 'n.txt': `${n}\n` })),
    );
    await fillMirror(fleet, suite, commits);
    for (const [n, commit] of commits.entries()) {
      await fleet.untilIdle(1);
      const { sentAt } = await fleet.push(commit);
      await fleet.untilSettled(n + 2);
      seconds.push((now() - sentAt) / 1_000);
      const [run] = await fleet.api.runs();
      if (run?.jobs[0]?.standing !== 'passed')
        throw new Error(`the job that prints is ${run?.jobs[0]?.standing}`);
    }
    return seconds;
  });
}
