import type { AttemptView } from '#shared/api.ts';
import { durationText } from '#shared/duration.ts';
import { useNow } from '../live/clock.ts';
import { phasesOf } from '../parts/phases.ts';
import { texts } from '../texts.ts';

const second = 1_000;

/** How long each phase took, on one scale. */
export function PhaseBar({ times }: { times: AttemptView['times'] }) {
  const now = useNow(times.endedAt === null ? second : null);
  const end = times.endedAt ?? now;
  const length = Math.max(second, end - times.queuedAt);
  return (
    <ul className="phases" aria-label={texts.job.phases}>
      {phasesOf(times).map(({ phase, from, to }) => (
        <li key={phase}>
          <span className="dim">{texts.job.phaseNames[phase]}</span>
          <span className="phase-track">
            <i
              className={`phase-${phase}`}
              style={{
                left: `${((from - times.queuedAt) / length) * 100}%`,
                width: `${(((to ?? end) - from) / length) * 100}%`,
              }}
            />
          </span>
          <span className="took">{durationText(Math.max(0, (to ?? end) - from))}</span>
        </li>
      ))}
    </ul>
  );
}
