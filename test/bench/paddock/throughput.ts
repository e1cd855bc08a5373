import { now } from '../figures.ts';
import type { Place } from '../place.ts';
import { compile } from '../programs/compile.ts';
import { type BenchFleet, type FleetOptions, withBenchFleet } from './bench-fleet.ts';
import { fillMirror, suiteOf } from './dispatch.ts';

/** Webhooks on their way at once. */
const senders = 4;

type Throughput = { count: number; rounds: number; fleet: FleetOptions };

/** Jobs per second from the first webhook until every job has settled, for each round. */
async function jobsPerSecond(place: Place, { count, rounds, fleet: options }: Throughput): Promise<number[]> {
  return withBenchFleet(place, options, async fleet => {
    const suite = suiteOf({ source: 'none' }, 'true');
    const perSecond: number[] = [];
    const commits = await fleet.commit(
      Array.from({ length: count * rounds }, (_, n) => ({ '.paddock.yml': suite, 'n.txt': `${n}\n` })),
    );
    await fillMirror(fleet, suite, commits);
    for (let round = 0; round < rounds; round++) {
      if (options.warm) await fleet.untilIdle(options.warm);
      const before = await fleet.settledJobs();
      const startedAt = now();
      await pushAll(fleet, commits.slice(round * count, (round + 1) * count));
      await fleet.untilSettled(before + count, 120_000, 20);
      perSecond.push((count / (now() - startedAt)) * 1_000);
    }
    return perSecond;
  });
}

async function pushAll(fleet: BenchFleet, commits: Parameters<BenchFleet['mirror']>[0]): Promise<void> {
  const left = [...commits];
  const send = async () => {
    for (let commit = left.shift(); commit; commit = left.shift()) await fleet.push(commit);
  };
  await Promise.all(Array.from({ length: senders }, send));
}

export const jobsStatic = (place: Place, rounds = 5, env: Record<string, string> = {}): Promise<number[]> =>
  jobsPerSecond(place, { count: 200, rounds, fleet: { max: 2, warm: 2, env } });

/** The coordinator's disk as an ordinary one is. Null where the library cannot be compiled. */
export async function jobsStaticSlowly(place: Place, rounds = 3): Promise<number[] | null> {
  const library = await compile('slow-fsync', place.data);
  if (!library) return null;
  return jobsPerSecond(place, {
    count: 200,
    rounds,
    fleet: { max: 2, warm: 2, env: { LD_PRELOAD: library } },
  });
}

/** A machine of its own for each job: a process that enrols, runs one attempt and ends. */
export const jobsFresh = (place: Place, rounds = 3): Promise<number[]> =>
  jobsPerSecond(place, { count: 40, rounds, fleet: { reuse: 'single-use', max: 3 } });
