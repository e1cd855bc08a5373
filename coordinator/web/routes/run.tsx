import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { RunView } from '#shared/api.ts';
import type { TimelineAttempt } from '#shared/run-timeline.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { artifactsQuery, attemptsQuery, runQuery } from '../live/queries.ts';
import { Approval, waitsForApproval } from '../parts/approval.tsx';
import { BadgeMarkdown } from '../parts/badge-markdown.tsx';
import { ProblemView } from '../parts/problem-view.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { titleOf } from '../parts/run-facts.ts';
import { Failures } from '../run/failures.tsx';
import { gatherFailures } from '../run/gather-failures.ts';
import { Matrix } from '../run/matrix.tsx';
import '../run/run.css';
import { RunHead } from '../run/run-head.tsx';
import { TestFailures } from '../run/test-failures.tsx';
import { Timeline } from '../run/timeline.tsx';
import { texts } from '../texts/texts.ts';

const route = getRouteApi('/runs/$id');

/** What broke, where, whose fault? */
export function RunPage() {
  const { id } = route.useParams();
  const { data: run, error, refetch } = useQuery(runQuery(id));
  const { data: attempts, isError } = useQuery(attemptsQuery(id));
  usePageState(run ? `${run.repository} #${run.number} ${titleOf(run)}` : texts.runs.title, run?.standing);
  // What broke stands above the rest, and would push it down if it came later.
  if (run && (attempts || isError)) return <Run run={run} attempts={attempts} />;
  return error ? <ProblemView error={error} what="run" onAgain={() => void refetch()} /> : null;
}

function Run({ run, attempts }: { run: RunView; attempts: TimelineAttempt[] | undefined }) {
  const failures = attempts ? gatherFailures(run.jobs, attempts) : [];
  return (
    <>
      <RunHead run={run} />
      <Notices run={run} />
      <TestFailures run={run.id} />
      {failures.length > 0 && <Failures failures={failures} />}
      {run.jobs.length > 0 && <Matrix jobs={run.jobs} />}
      {attempts && <Timeline jobs={run.jobs} attempts={attempts} />}
      {run.jobs.length > 0 && <ArtifactsLink id={run.id} />}
      {run.purpose === 'landed' && (
        <BadgeMarkdown repository={run.repository} subject={{ branch: run.ref }} />
      )}
    </>
  );
}

/** Why there are no jobs, and what else its reader should know. */
function Notices({ run }: { run: RunView }) {
  const { standing, message, refusal, warnings, jobs } = run;
  return (
    <>
      {standing === 'refused' && (
        <section className="notice tone-refused">
          <p>{texts.run.refused}</p>
          <pre>{message}</pre>
          <p>{texts.run.refusedHint}</p>
          <Refusal refusal={refusal} />
        </section>
      )}
      {standing === 'preparing' && (
        <section className="notice tone-running" role="status">
          <p>{texts.run.preparing}</p>
          {message && <p>{message}</p>}
        </section>
      )}
      {jobs.length === 0 && standing !== 'refused' && standing !== 'preparing' && (
        <section className="notice tone-empty">
          <p>{texts.run.empty}</p>
          {message && <p>{`${message.charAt(0).toUpperCase()}${message.slice(1)}.`}</p>}
          {standing === 'empty' && (
            <>
              <p className="dim">{texts.run.emptyHint}</p>
              <pre>{texts.run.emptyExample}</pre>
            </>
          )}
        </section>
      )}
      {jobs.some(waitsForApproval) && (
        <section className="notice tone-blocked">
          <p>{texts.approval.why}</p>
          <Approval run={run} />
        </section>
      )}
      {warnings.length > 0 && (
        <ul className="notice tone-blocked" aria-label={texts.run.warnings}>
          {warnings.map(warning => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function ArtifactsLink({ id }: { id: string }) {
  const { data } = useQuery(artifactsQuery(id));
  if (!data || data.length === 0) return null;
  return (
    <p className="artifacts-link">
      <Link to="/runs/$id/artifacts" params={{ id }} className="link">
        {texts.run.artifacts(data.length)}
      </Link>
    </p>
  );
}
