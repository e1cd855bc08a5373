/**
 * Webhooks at a steady rate, whether or not the ones before have been answered: each has its moment, and is timed from
 * then, so that a slow answer cannot slow the sender. Nothing may be lost, and when GitHub answers again it has to
 * show what became of every job.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { HookEvent } from '#coordinator/demo/github-stand-in/records.ts';
import type { CommitSha } from '#shared/ids.ts';
import { until } from '#test/support/until.ts';
import { now } from '../figures.ts';
import type { Place } from '../place.ts';
import { type BenchFleet, repository, withBenchFleet } from './bench-fleet.ts';
import { fillMirror, suiteOf } from './dispatch.ts';

export type Webhooks = {
  /** From the moment of each delivery to its answer, ms. */
  answered: number[];
  note: string;
};

const perSecond = 200;
const seconds = 60;
const count = perSecond * seconds;
/** One in so many is a push to main; the others are to a branch that nobody tests. */
const jobEvery = 20;

export async function webhooks(place: Place, forge: 'well' | 'silent'): Promise<Webhooks> {
  return withBenchFleet(place, { max: 2, warm: 2, isForgeFar: true }, async fleet => {
    const suite = suiteOf({ source: 'none' }, 'true');
    const commits = await fleet.commit(
      Array.from({ length: count / jobEvery }, (_, n) => ({ '.paddock.yml': suite, 'n.txt': `${n}\n` })),
    );
    await fillMirror(fleet, suite, commits);
    await fleet.untilIdle(2);
    const events = eventsOf(fleet, commits);
    if (forge === 'silent') fleet.forgeLink?.hold(['there', 'back']);
    const answered = await sendAll(fleet, events);
    await untilHandled(fleet, count + 1);
    await fleet.untilSettled(commits.length + 1, 300_000, 100);
    const postsMeanwhile = fleet.github.statusesOf(repository, commits[0] ?? '').length;
    fleet.forgeLink?.hold([]);
    const shownMs = await untilShown(fleet, commits);
    const note = `${count} sent, ${count} handled, ${commits.length} jobs right on GitHub ${(shownMs / 1_000).toFixed(1)} s after the last had settled`;
    if (forge === 'silent' && postsMeanwhile > 0)
      throw new Error('GitHub was to be silent, and took a status');
    return { answered, note };
  });
}

function eventsOf({ github }: BenchFleet, commits: readonly CommitSha[]): HookEvent[] {
  return Array.from({ length: count }, (_, n) => {
    const commit = n % jobEvery === 0 ? commits[n / jobEvery] : undefined;
    const sha = commit ?? n.toString(16).padStart(40, 'e');
    const [event] = github.push({ repository, branch: commit ? 'main' : 'aside', commits: [{ sha }] });
    if (!event) throw new Error('a push is told in one event');
    return event;
  });
}

async function sendAll(fleet: BenchFleet, events: readonly HookEvent[]): Promise<number[]> {
  const startedAt = now();
  const answers = events.map(async (event, n) => {
    const dueAt = startedAt + (n * 1_000) / perSecond;
    await pause(Math.max(0, dueAt - now()));
    const { answeredAt } = await fleet.deliver(event);
    return answeredAt - dueAt;
  });
  return Promise.all(answers);
}

/** Every delivery is stored, and acted on or noted as none of ours. */
async function untilHandled({ database }: BenchFleet, expected: number): Promise<void> {
  const counted = database
    .selectFrom('delivery')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .where('status', '=', 'handled')
    .where('verdict', 'in', ['acted-on', 'not-acted-on']);
  await until(
    `${expected} deliveries are handled`,
    async () => Number((await counted.executeTakeFirstOrThrow()).count) === expected,
    { timeoutMs: 120_000, everyMs: 100 },
  );
}

/** @returns how long it took until GitHub shows every job as passed. */
async function untilShown({ github }: BenchFleet, commits: readonly CommitSha[]): Promise<number> {
  const since = now();
  const isShown = (sha: string) => github.statusesOf(repository, sha).at(-1)?.state === 'success';
  await until('GitHub shows every job as passed', () => commits.every(isShown), {
    timeoutMs: 300_000,
    everyMs: 100,
  });
  return now() - since;
}
