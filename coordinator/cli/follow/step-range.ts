import type { Mark } from '#shared/attempt.ts';

/** Where a step's bytes are in its log, by the marks; `to` is null while it has not ended, the whole null before it began. */
export function stepRange(marks: readonly Mark[], step: number): { from: number; to: number | null } | null {
  const started = marks.find(mark => mark.type === 'step-started' && mark.step === step);
  const ended = marks.find(mark => mark.type === 'step-ended' && mark.step === step);
  return started ? { from: started.offset, to: ended?.offset ?? null } : null;
}
