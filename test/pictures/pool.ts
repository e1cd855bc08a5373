/**
 * A pool that is scaled under a queue: two hundred jobs, at most two machines at first, then twelve, then three. What the
 * planner decided is printed as an admin reads it, and the machines that there were are drawn over time.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { machinesIn } from '#shared/fleet-words.ts';
import { type Fleet, image } from '#test/support/fleet/fleet.ts';
import { paddock } from '#test/support/fleet/paddock.ts';
import { openPull } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';
import { type Moment, poolPicture, type Turn } from './pool-picture.ts';

const [commits, suites] = [10, 20];
const step = 'sleep 2';
const sampleMs = 200;
const patience = { timeoutMs: 10 * 60_000, everyMs: 100 };

export async function drawPool(folder: string): Promise<void> {
  const place = path.join(folder, 'pool.svg');
  await withFleet({ commits: 'every-commit', max: 2 }, async fleet => {
    const since = performance.now();
    const moments: Moment[] = [];
    const turns: Turn[] = [];
    const done = new AbortController();
    const watching = watch(fleet, since, moments, done.signal);
    const scale = async (max: number) => {
      turns.push({ seconds: (performance.now() - since) / 1_000, text: `--max ${max}` });
      await tell(fleet, 'pool', 'scale', image, '--max', String(max));
    };
    for (let n = 0; n < commits; n++) await openPull(fleet, manySuites(), { branch: `topic-${n}` });
    const begun = (count: number) =>
      until(
        `${count} jobs have begun`,
        () => (moments.at(-1)?.queued ?? 0) <= commits * suites - count,
        patience,
      );
    await until('all are queued', () => (moments.at(-1)?.queued ?? 0) > commits * suites - 20, patience);
    await begun(30);
    await scale(12);
    await until('there are twelve', () => machinesAt(moments.at(-1)) === 12, patience);
    await tell(fleet, 'pool', 'why', image);
    await begun(150);
    await scale(3);
    await until('there are three', () => machinesAt(moments.at(-1)) === 3, patience);
    await tell(fleet, 'pool', 'why', image);
    await until('all is done', () => isQuiet(moments.at(-1)), patience);
    done.abort();
    await watching;
    await writeFile(place, poolPicture(moments, turns));
    console.log('docs/pictures/pool.svg');
  });
}

const machinesAt = (moment: Moment | undefined): number => (moment ? machinesIn(moment.machines) : 0);

const isQuiet = (moment: Moment | undefined): boolean => moment?.queued === 0 && machinesAt(moment) === 0;

const manySuites = () => ({
  '.paddock.yml': JSON.stringify({
    version: 1,
    suites: Object.fromEntries(Array.from({ length: suites }, (_, n) => [`part-${n}`, { steps: [step] }])),
  }),
});

async function tell(fleet: Fleet, ...words: string[]): Promise<void> {
  const { code, stdout, stderr } = await paddock(fleet, ...words);
  if (code !== 0) throw new Error(stderr);
  console.log(`$ paddock ${words.join(' ')}\n${stdout}`);
}

async function watch(fleet: Fleet, since: number, moments: Moment[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const pool = await fleet.api.pool(image);
    moments.push({
      seconds: (performance.now() - since) / 1_000,
      queued: pool.queued,
      machines: pool.machines,
    });
    await pause(sampleMs);
  }
}
