/** How the steps of an attempt stand, from its marks and its end. Pure. */
import type { AttemptView, JobView, Standing } from '#shared/api.ts';
import type { Mark } from '#shared/attempt.ts';

export type Step = {
  index: number;
  name: string;
  standing: Standing;
  from: number | null;
  to: number | null;
};

type Facts = Pick<AttemptView, 'marks' | 'end' | 'step' | 'times'>;

export function stepsOf(steps: JobView['steps'], attempt: Facts | undefined): Step[] {
  const marks = attempt?.marks ?? [];
  return steps.map(({ name }, index) => {
    const start = marks.find(mark => mark.type === 'step-started' && mark.step === index);
    const end = marks.find(mark => mark.type === 'step-ended' && mark.step === index);
    return {
      index,
      name,
      standing: standingOf(index, start, end, attempt),
      from: start?.at ?? null,
      // What was cut short ended with its attempt.
      to: end?.at ?? (start ? (attempt?.times.endedAt ?? null) : null),
    };
  });
}

function standingOf(
  index: number,
  start: Mark | undefined,
  end: Mark | undefined,
  attempt: Facts | undefined,
): Standing {
  if (end?.type === 'step-ended' && isDecided(end.exitCode, attempt?.end ?? null))
    return end.exitCode === 0 ? 'passed' : 'failed';
  if (attempt?.end) return start ? cutShort(attempt.end.reason) : 'skipped';
  // A renewal may know of a step before its mark has arrived.
  return start || attempt?.step === index ? 'running' : 'queued';
}

/** A step that was killed for its time ended by a signal; that it was late is what counts. */
const isDecided = (exitCode: number | null, end: AttemptView['end']): boolean =>
  exitCode !== null || end === null || end.reason === 'exited';

function cutShort(reason: NonNullable<AttemptView['end']>['reason']): Standing {
  if (reason === 'timed-out' || reason === 'cancelled' || reason === 'superseded') return reason;
  return reason === 'exited' ? 'failed' : 'errored';
}
