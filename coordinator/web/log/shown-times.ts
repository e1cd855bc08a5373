import type { AttemptView } from '#shared/api.ts';
import type { LogModel } from './log-model.ts';
import { timeOfDay, timeSince } from './time-text.ts';
import type { TimeMode } from './use-choices.ts';

/** Times beside the lines as text; null while none are wanted. */
export function timesOf(
  { document }: LogModel,
  { times }: AttemptView,
  mode: TimeMode,
): ((from: number, to: number) => string | null) | null {
  if (mode === 'off') return null;
  const began = document.marks()[0]?.at ?? times.stepsAt ?? times.leasedAt;
  return (from, to) => {
    const at = document.timeOf(from, to);
    if (at === null) return null;
    return mode === 'relative' ? timeSince(at, began) : timeOfDay(at);
  };
}
