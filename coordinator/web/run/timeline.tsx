import type { JobSummary } from '#shared/api.ts';
import { durationText } from '#shared/quantity-text.ts';
import { type TimelineAttempt, timelinePhase } from '#shared/run-timeline.ts';
import { jobLabel } from '#shared/words.ts';
import { useNow } from '../live/clock.ts';
import { texts } from '../texts/texts.ts';
import { durationsOf, longestOf, type Row, timelineOf } from './timeline-of.ts';
import { TimelineTable } from './timeline-table.tsx';

const second = 1_000;

/** Why it took as long as it did. */
export function Timeline({
  jobs,
  attempts,
}: {
  jobs: readonly JobSummary[];
  attempts: readonly TimelineAttempt[];
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
        <Longest rows={rows} />
        <Legend rows={rows} />
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
        <TimelineTable rows={rows} now={now} />
      </div>
    </section>
  );
}

/** The sentence that the picture stands for. */
function Longest({ rows }: { rows: readonly Row[] }) {
  const longest = longestOf(rows);
  if (!longest) return null;
  const { job, totalMs, phase, phaseMs } = longest;
  const words = [jobLabel(job), durationText(totalMs), durationText(phaseMs)] as const;
  return (
    <p className="timeline-longest">{texts.run.longest(...words, texts.job.phaseNames[phase] ?? phase)}</p>
  );
}

const Legend = ({ rows }: { rows: readonly Row[] }) => (
  <p className="timeline-legend">
    {timelinePhase.options
      .filter(phase => rows.some(({ spans }) => spans.some(span => span.phase === phase)))
      .map(phase => (
        <span key={phase}>
          <i className={`phase-${phase}`} />
          {texts.job.phaseNames[phase]}
        </span>
      ))}
  </p>
);

type Scale = { from: number; to: number; now: number };

function TimelineRow({
  row: { job, spans, pieces },
  scale,
  showSuite,
}: {
  row: Row;
  scale: Scale;
  showSuite: boolean;
}) {
  const length = scale.to - scale.from;
  const times = durationsOf(spans, scale.now);
  const sentence = [...times]
    .map(([phase, ms]) => `${texts.job.phaseNames[phase]} ${durationText(ms)}`)
    .join(', ');
  const total = [...times.values()].reduce((sum, ms) => sum + ms, 0);
  return (
    <li className={`timeline-row tone-${job.standing}`} title={sentence}>
      <span className="timeline-name">{showSuite ? `${job.image} · ${job.suite}` : job.image}</span>
      <span className="timeline-track" role="img" aria-label={sentence}>
        {pieces.map(({ phase, from, to, step }) => (
          <i
            key={`${phase} ${from} ${step?.index ?? ''}`}
            title={`${step?.name ?? texts.job.phaseNames[phase]} ${durationText((to ?? scale.now) - from)}`}
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
