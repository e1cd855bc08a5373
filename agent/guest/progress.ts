import type { AttemptPhase } from '#shared/attempt.ts';
import type { GuestRenewal } from '#shared/messages.ts';

type Facts = Omit<NonNullable<GuestRenewal['running']>, 'attempt' | 'number' | 'logBytes'>;

/** How far an attempt is. `onChange` is called at every change of phase and step. */
export type Progress = {
  facts(): Facts;
  enter(phase: AttemptPhase, step?: number): void;
};

export function createProgress(onChange: () => void): Progress {
  const startedAt = performance.now();
  let now: Pick<Facts, 'phase' | 'step'> = { phase: 'starting', step: null };
  return {
    facts: () => ({ ...now, elapsedMs: Math.round(performance.now() - startedAt) }),
    enter(phase, step) {
      now = { phase, step: step ?? null };
      onChange();
    },
  };
}
