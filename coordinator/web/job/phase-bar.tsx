import type { AttemptView } from '#shared/api.ts';
import { outcomeOf } from '#shared/job.ts';
import { durationText } from '#shared/quantity-text.ts';
import { phasesOf } from '#shared/run-timeline.ts';
import { useNow } from '../live/clock.ts';
import { texts } from '../texts/texts.ts';

const second = 1_000;

/** How long each phase took, on one scale. */
export function PhaseBar({ attempt: { times, end } }: { attempt: AttemptView }) {
  const standing = end ? outcomeOf(end) : 'running';
  const now = useNow(times.endedAt === null ? second : null);
  const last = times.endedAt ?? now;
  const length = Math.max(second, last - times.queuedAt);
  return (
    <ul className={`phases tone-${standing}`} aria-label={texts.job.phases}>
      {phasesOf(times).map(({ phase, from, to }) => (
        <li key={phase}>
          <span className="dim">{texts.job.phaseNames[phase]}</span>
          <span className="phase-track">
            <i
              className={`phase-${phase}`}
              style={{
                left: `${((from - times.queuedAt) / length) * 100}%`,
                width: `${(((to ?? last) - from) / length) * 100}%`,
              }}
            />
          </span>
          <span className="took">{durationText(Math.max(0, (to ?? last) - from))}</span>
        </li>
      ))}
    </ul>
  );
}
