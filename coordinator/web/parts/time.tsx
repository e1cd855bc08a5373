import { durationText } from '#shared/quantity-text.ts';
import { useNow } from '../live/clock.ts';
import { credentials as texts } from '../texts/credentials.ts';
import { ageText, exactText, leftText } from './ages.ts';

const ageStepMs = 5_000;
const second = 1_000;

/** How long ago. */
export function Age({ at }: { at: number }) {
  const now = useNow(ageStepMs);
  return (
    <time className="age" dateTime={new Date(at).toISOString()} title={exactText(at)}>
      {ageText(at, now)}
    </time>
  );
}

/** When it ends. */
export function Left({ until }: { until: number }) {
  const left = leftText(until, useNow(ageStepMs));
  return (
    <time dateTime={new Date(until).toISOString()} title={exactText(until)}>
      {left === null ? texts.over : texts.endsIn(left)}
    </time>
  );
}

type TookProps = { from: number | null; to: number | null; pausedMs?: number };

/** How long it took, or takes while it has not ended, without its pauses. */
export function Took({ from, to, pausedMs = 0 }: TookProps) {
  const now = useNow(from !== null && to === null ? second : null);
  if (from === null) return <span className="took" />;
  const title = to === null ? `since ${exactText(from)}` : `${exactText(from)} to ${exactText(to)}`;
  return (
    <span className="took" title={title}>
      {tookText(Math.max(0, (to ?? now) - from - pausedMs), to === null)}
    </span>
  );
}

/** What still runs counts in whole seconds: tenths would only flicker. */
const tookText = (ms: number, isRunning: boolean): string =>
  isRunning && ms < 10 * second ? `0:0${Math.floor(ms / second)}` : durationText(ms);
