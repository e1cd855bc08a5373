import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AttemptEnd,
  isOccupied,
  type JobEffect,
  type JobEvent,
  type JobState,
  jobState,
} from '#shared/job.ts';
import { decideJob } from '#shared/job-machine.ts';
import { limits } from '#shared/limits.ts';
import { refusedFor } from '#shared/refusals/work.ts';
import { failed, lost, passed, setupFailed } from './job-samples.ts';
import { attempt, host, machine } from './sample-ids.ts';

const at = fc.nat();
const message = fc.string({ maxLength: 20 });
const reason = fc.constantFrom('cancelled', 'superseded');
const anyEnd: fc.Arbitrary<AttemptEnd> = fc.oneof(
  fc.constantFrom(passed, failed, lost, setupFailed(false), setupFailed(true)),
  fc.record({ reason, message }),
  fc.record({
    reason: fc.constant('timed-out' as const),
    limit: fc.constantFrom('total', 'idle'),
    step: fc.nat(9),
    message,
  }),
);
const number = fc.integer({ min: 1, max: 8 });
const small = fc.integer({ min: 1, max: 5 });
const type = <T extends string>(name: T) => fc.constant(name);

const anyEvent: fc.Arbitrary<JobEvent> = fc.oneof(
  fc.record({ type: type('needs-passed'), at }),
  fc.record({ type: type('approved'), at, waitsFor: fc.constantFrom('needs' as const, null) }),
  fc.record({
    type: type('rerun-requested'),
    at,
    waitsFor: fc.constantFrom('approval' as const, 'needs' as const, null),
  }),
  fc.record({ type: type('needs-failed'), at, message }),
  fc.record({ type: type('unplaceable'), at, message, refusal: fc.constant(refusedFor('not-isolated')) }),
  // Listed twice: without leases a history is short.
  ...[1, 2].map(() =>
    fc.record({
      type: type('leased'),
      at,
      attempt: small.map(attempt),
      machine: small.map(machine),
      host: small.map(host),
    }),
  ),
  fc.record({ type: type('steps-ended'), at, number }),
  fc.record({ type: type('finished'), at, number, end: anyEnd }),
  fc.record({ type: type('attempt-lost'), at, number, message }),
  fc.record({ type: type('cancel-requested'), at, reason, message }),
);

const anyStart: fc.Arbitrary<JobState> = fc
  .record({ kind: fc.constantFrom('repeatable', 'once'), on: fc.constantFrom('needs', 'approval', null) })
  .map(({ kind, on }) => {
    const facts = { kind, lastAttempt: 0, retries: 0 };
    return on
      ? { status: 'blocked', on, ...facts }
      : { status: 'queued', queuedAt: 0, avoid: null, ...facts };
  });

type Move = { before: JobState; event: JobEvent; after: JobState; effects: JobEffect[] };

/** The moves of one job through a storm of events, rejected ones left out. */
function movesOf(start: JobState, storm: readonly JobEvent[]): Move[] {
  const moves: Move[] = [];
  let before = start;
  for (const event of storm) {
    const decision = decideJob(before, event);
    if ('rejected' in decision) continue;
    moves.push({ before, event, after: decision.state, effects: decision.effects });
    before = decision.state;
  }
  return moves;
}

const anyMoves = fc
  .tuple(anyStart, fc.array(anyEvent, { minLength: 10, maxLength: 60 }))
  .map(([start, storm]) => movesOf(start, storm));

const always = (claim: (move: Move) => void) =>
  fc.assert(
    fc.property(anyMoves, moves => moves.forEach(claim)),
    { numRuns: 300 },
  );

test('whatever happens, the state is one that the schema knows', () => {
  always(({ after }) => expect(jobState.parse(after)).toEqual(after));
});

test('a number that is not the newest attempt never changes anything', () => {
  always(({ before, event }) => {
    if ('number' in event) expect([event.number, isOccupied(before)]).toEqual([before.lastAttempt, true]);
  });
});

test('attempts are numbered without a gap, by leases only', () => {
  always(({ before, event, after }) => {
    expect(after.lastAttempt).toBe(before.lastAttempt + (event.type === 'leased' ? 1 : 0));
  });
});

test('Paddock retries by itself only infrastructure, and only so often', () => {
  always(({ before, event, after }) => {
    expect(after.retries).toBeLessThanOrEqual(limits.infrastructureRetries);
    if (after.retries <= before.retries) return;
    const end = event.type === 'finished' ? event.end : lost;
    expect(['lost', 'setup-failed']).toContain(end.reason);
    expect(end).not.toMatchObject({ permanent: true });
  });
});

test('a job that may run only once is never queued again by itself', () => {
  always(({ before, after }) => {
    if (before.kind === 'once' && isOccupied(before)) expect(after.status).not.toBe('queued');
  });
});

test('a settled job changes only by a re-run', () => {
  always(({ before, event }) => {
    if (before.status === 'settled') expect(event.type).toBe('rerun-requested');
  });
});

test('whoever leaves a machine ends the attempt and gives the machine back, exactly once', () => {
  always(({ before, after, effects }) => {
    const isLeaving = isOccupied(before) && !isOccupied(after);
    for (const type of ['end-attempt', 'release-machine'])
      expect(effects.filter(effect => effect.type === type)).toHaveLength(isLeaving ? 1 : 0);
  });
});

test('every change that people see is published', () => {
  always(({ before, after, effects }) => {
    const waitsForElse = after.status === 'blocked' && before.status === 'blocked' && after.on !== before.on;
    const isSilent = after.status === 'finishing' || (after.status === before.status && !waitsForElse);
    expect(effects.some(({ type }) => type === 'publish-status')).toBe(!isSilent);
  });
});

test('dependents hear of every settlement', () => {
  always(({ after, effects }) => {
    const told = effects.flatMap(effect => (effect.type === 'tell-dependents' ? [effect.outcome] : []));
    expect(told).toEqual(after.status === 'settled' ? [after.outcome] : []);
  });
});
