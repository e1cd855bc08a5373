import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AttemptView, JobView } from '#shared/api.ts';
import { usePageState } from '../frame/use-page-state.ts';
import '../job/job.css';
import { JobHead } from '../job/job-head.tsx';
import { LogRemoved } from '../job/log-removed.tsx';
import { Notices } from '../job/notices.tsx';
import { Rail } from '../job/rail.tsx';
import { StepList } from '../job/step-list.tsx';
import { stepsOf } from '../job/steps-of.ts';
import { useShownAttempt } from '../job/use-shown-attempt.ts';
import { Waiting } from '../job/waiting.tsx';
import { attemptQuery, jobQuery, jobTestsQuery } from '../live/queries.ts';
import { LogViewer } from '../log/log-viewer.tsx';
import { TestsOfJob } from '../parts/failing-tests.tsx';
import { ProblemView } from '../parts/problem-view.tsx';
import { texts } from '../texts/texts.ts';

const route = getRouteApi('/jobs/$id');

/** Show me the line: steps, the log, and everything that explains it. */
export function JobPage() {
  const { id } = route.useParams();
  const { data: job, error, refetch } = useQuery(jobQuery(id));
  const title = job
    ? `${job.suite} ${job.image} · ${job.run.repository} #${job.run.number}`
    : texts.runs.title;
  usePageState(title, job?.standing);
  if (job) return <Job job={job} />;
  return error ? <ProblemView error={error} what="job" onAgain={() => void refetch()} /> : null;
}

function Job({ job }: { job: JobView }) {
  const { attempt: number } = route.useSearch();
  const attempt = useShownAttempt(job, number);
  const isNarrow = useMediaQuery('(max-width: 900px)', false, { getInitialValueInEffect: false });
  const steps = <Steps job={job} attempt={attempt} />;
  const rail = <Rail job={job} attempt={attempt} />;
  return (
    <div className="job-page">
      <div className="job-top">
        <JobHead job={job} attempt={attempt} />
        <Notices job={job} attempt={attempt} />
        <Tests id={job.id} />
      </div>
      <div className="job-zones">
        {isNarrow ? <Sheet title={texts.job.steps}>{steps}</Sheet> : steps}
        <div className="job-middle">
          {attempt ? <Log job={job} attempt={attempt} /> : <Waiting job={job} />}
        </div>
        {isNarrow ? <Sheet title={texts.job.details}>{rail}</Sheet> : rail}
      </div>
    </div>
  );
}

const Log = ({ job, attempt }: { job: JobView; attempt: AttemptView }) =>
  attempt.logRemovedAt !== null && (attempt.log?.bytes ?? 0) > 0 ? (
    <LogRemoved attempt={attempt} removedAt={attempt.logRemovedAt} />
  ) : (
    <LogViewer key={attempt.id} job={job} attempt={attempt} />
  );

function Tests({ id }: { id: string }) {
  const { data } = useQuery(jobTestsQuery(id));
  return data?.attempt ? <TestsOfJob tests={data} /> : null;
}

/** On a phone what stands beside the log folds above and below it. */
const Sheet = ({ title, children }: { title: string; children: ReactNode }) => (
  <details className="sheet">
    <summary>{title}</summary>
    {children}
  </details>
);

function Steps({ job, attempt }: { job: JobView; attempt: AttemptView | undefined }) {
  const isRunning = attempt !== undefined && attempt.end === null;
  const { data: live } = useQuery({ ...attemptQuery(job.id, attempt?.id ?? ''), enabled: isRunning });
  const steps = stepsOf(job.steps, isRunning && live ? live : attempt);
  return <StepList steps={steps} hasLog={attempt !== undefined} />;
}
