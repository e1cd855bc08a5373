/** Where the time of a run went: every attempt as spans that follow each other. Pure. */
import * as z from 'zod';
import { attemptSpan } from './api.ts';
import type { AttemptTimes, Mark } from './attempt.ts';
import { type Instant, instant } from './ids.ts';

/** `boot`: its machine was asked for and has not reported in. `start`: the machine takes the job up. */
export const timelinePhase = z.enum(['queue', 'boot', 'start', 'source', 'steps', 'uploads']);
export type TimelinePhase = z.infer<typeof timelinePhase>;

/** `to` is null while it lasts. */
const span = { from: instant, to: instant.nullable() };
export const phaseSpan = z.object({ phase: timelinePhase, ...span });
export type PhaseSpan = z.infer<typeof phaseSpan>;

/** `index` counts from 0. */
export const stepSpan = z.object({
  index: z.number().int(),
  name: z.string(),
  ...span,
  exitCode: z.number().int().nullable(),
});
export type StepSpan = z.infer<typeof stepSpan>;

/** `GET /api/v1/runs/<id>/attempts`, oldest first. */
export const timelineAttempt = attemptSpan.extend({
  phases: z.array(phaseSpan),
  /** Those that have begun. */
  steps: z.array(stepSpan),
});
export type TimelineAttempt = z.infer<typeof timelineAttempt>;

/**
 * As far as it came; the last has no end while the attempt runs. `requestedAt`: when its machine was asked for; that of a
 * machine which was there before the job waited took none of its time.
 */
export function phasesOf(times: AttemptTimes, requestedAt: Instant | null = null): PhaseSpan[] {
  const { queuedAt, leasedAt, sourceAt, stepsAt, uploadsAt, endedAt } = times;
  const isForIt = requestedAt !== null && requestedAt >= queuedAt && requestedAt < leasedAt;
  const points: [TimelinePhase, Instant | null][] = [
    ['queue', queuedAt],
    ['boot', isForIt ? requestedAt : null],
    ['start', leasedAt],
    ['source', sourceAt],
    ['steps', stepsAt],
    ['uploads', uploadsAt],
  ];
  const begun = points.flatMap(([phase, from]) => (from === null ? [] : [{ phase, from }]));
  return begun.map(({ phase, from }, index) => ({ phase, from, to: begun[index + 1]?.from ?? endedAt }));
}

/** One that was broken off ended with its attempt. */
export function stepsOf(
  marks: readonly Mark[],
  names: readonly string[],
  { uploadsAt, endedAt }: Pick<AttemptTimes, 'uploadsAt' | 'endedAt'>,
): StepSpan[] {
  return marks.flatMap(started => {
    if (started.type !== 'step-started') return [];
    const { step: index, at: from } = started;
    const ended = marks.find(each => each.type === 'step-ended' && each.step === index);
    const name = names[index] ?? `step ${index + 1}`;
    const to = ended?.at ?? uploadsAt ?? endedAt;
    return [{ index, name, from, to, exitCode: ended?.type === 'step-ended' ? ended.exitCode : null }];
  });
}
