/** The phases of an attempt. Pure. */
import type { AttemptTimes } from '#shared/attempt.ts';

export type PhaseName = 'queue' | 'start' | 'source' | 'steps' | 'uploads';
export type Span = { phase: PhaseName; from: number; to: number | null };

/** As far as it came; the last has no end while the attempt runs. */
export function phasesOf({
  queuedAt,
  leasedAt,
  sourceAt,
  stepsAt,
  uploadsAt,
  endedAt,
}: AttemptTimes): Span[] {
  const points: [PhaseName, number | null][] = [
    ['queue', queuedAt],
    ['start', leasedAt],
    ['source', sourceAt],
    ['steps', stepsAt],
    ['uploads', uploadsAt],
  ];
  const begun = points.flatMap(([phase, from]) => (from === null ? [] : [{ phase, from }]));
  return begun.map(({ phase, from }, index) => ({ phase, from, to: begun[index + 1]?.from ?? endedAt }));
}
