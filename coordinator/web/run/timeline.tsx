import type { AttemptSpan, JobSummary } from '#shared/api.ts';
import { durationText } from '#shared/quantity-text.ts';
import { useNow } from '../live/clock.ts';
import type { PhaseName } from '../parts/phases.ts';
import { texts } from '../texts/texts.ts';
import { type Row, timelineOf } from './timeline-of.ts';

const second = 1_000;

/** Why it took as long as it did. */
export function Timeline({
  jobs,
  attempts,
}: {
  jobs: readonly JobSummary[];
  attempts: readonly AttemptSpan[];
}) {
  const timeline = timelineOf(jobs, attempts);
  const isRunning = timeline?.rows.some(({ spans }) => spans.some(({ to }) => to === null)) ?? false;
  const now = useNow(isRunning ? second : null);
  if (!timeline) return null;
  const { from, rows } = timeline;
  const to = Math.max(from + second, ...rows.flatMap(({ spans }) => spans.map(span => span.to ?? now)));
  const several = new Set(rows.map(({ job }) => job.suite)).size > 1;
  return (
    <section aria-label={texts.run.timeline}>
      <h2>{texts.run.timeline}</h2>
      <div className="timeline panel">
        <Legend />
        <ul>
          {rows.map(row => (
            <TimelineRow key={row.job.id} row={row} scale={{ from, to, now }} showSuite={several} />
          ))}
        </ul>
        <p className="timeline-scale">
          <span>0</span>
          <span>{durationText((to - from) / 2)}</span>
          <span>{durationText(to - from)}</span>
        </p>
      </div>
    </section>
  );
}

const phases: PhaseName[] = ['queue', 'start', 'source', 'steps', 'uploads'];

const Legend = () => (
  <p className="timeline-legend">
    {phases.map(phase => (
      <span key={phase}>
        <i className={`phase-${phase}`} />
        {texts.job.phaseNames[phase]}
      </span>
    ))}
  </p>
);

type Scale = { from: number; to: number; now: number };

function TimelineRow({
  row: { job, spans },
  scale,
  showSuite,
}: {
  row: Row;
  scale: Scale;
  showSuite: boolean;
}) {
  const length = scale.to - scale.from;
  const sentence = spans
    .map(({ phase, from, to }) => `${texts.job.phaseNames[phase]} ${durationText((to ?? scale.now) - from)}`)
    .join(', ');
  const total = (spans.at(-1)?.to ?? scale.now) - (spans[0]?.from ?? scale.now);
  return (
    <li className={`timeline-row tone-${job.standing}`} title={sentence}>
      <span className="timeline-name">{showSuite ? `${job.image} · ${job.suite}` : job.image}</span>
      <span className="timeline-track" role="img" aria-label={sentence}>
        {spans.map(({ phase, from, to }) => (
          <i
            key={`${phase} ${from}`}
            className={`phase-${phase}`}
            style={{
              left: `${((from - scale.from) / length) * 100}%`,
              width: `${Math.max(0.15, (((to ?? scale.now) - from) / length) * 100)}%`,
            }}
          />
        ))}
      </span>
      <span className="took">{durationText(total)}</span>
    </li>
  );
}
