import { durationText } from '#shared/quantity-text.ts';
import { type TimelineAttempt, timelinePhase } from '#shared/run-timeline.ts';
import { jobLabel } from '#shared/words.ts';
import { texts } from '../texts/texts.ts';
import { durationsOf, type Row } from './timeline-of.ts';

/** What the picture shows, for who reads it otherwise: each attempt with its phases, its steps below it. */
export const TimelineTable = ({ rows, now }: { rows: readonly Row[]; now: number }) => (
  <details className="timeline-table">
    <summary>{texts.run.timelineTable}</summary>
    <table>
      <thead>
        <tr>
          <th scope="col">{texts.run.timelineJob}</th>
          {timelinePhase.options.map(phase => (
            <th key={phase} scope="col">
              {texts.job.phaseNames[phase]}
            </th>
          ))}
          <th scope="col">{texts.run.timelineTotal}</th>
        </tr>
      </thead>
      <tbody>
        {rows.flatMap(({ job, attempts }) =>
          attempts.map(attempt => (
            <AttemptRows
              key={attempt.id}
              attempt={attempt}
              name={attempts.length > 1 ? texts.run.attemptOf(jobLabel(job), attempt.number) : jobLabel(job)}
              now={now}
            />
          )),
        )}
      </tbody>
    </table>
  </details>
);

function AttemptRows({ attempt, name, now }: { attempt: TimelineAttempt; name: string; now: number }) {
  const times = durationsOf(attempt.phases, now);
  const total = [...times.values()].reduce((sum, ms) => sum + ms, 0);
  const at = timelinePhase.options.indexOf('steps');
  return (
    <>
      <tr>
        <th scope="row">{name}</th>
        {timelinePhase.options.map(phase => (
          <td key={phase}>{times.has(phase) ? durationText(times.get(phase) ?? 0) : ''}</td>
        ))}
        <td>{durationText(total)}</td>
      </tr>
      {attempt.steps.map(step => (
        <tr key={step.index} className="timeline-step">
          <th scope="row">{step.name}</th>
          {timelinePhase.options.map((phase, index) => (
            <td key={phase}>{index === at ? durationText(Math.max(0, (step.to ?? now) - step.from)) : ''}</td>
          ))}
          <td />
        </tr>
      ))}
    </>
  );
}
