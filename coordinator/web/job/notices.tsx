import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AttemptView, JobView } from '#shared/api.ts';
import { Refusal } from '../parts/refusal.tsx';
import { texts } from '../texts/texts.ts';

/** What a reader must know before the log: whose fault it was, what is missing, that there is something newer. */
export function Notices({ job, attempt }: { job: JobView; attempt: AttemptView | undefined }) {
  const newest = job.history.at(-1);
  return (
    <>
      {attempt && newest && attempt.number < newest.number && (
        <p className="notice tone-running" role="status">
          <Link to="/jobs/$id" params={{ id: job.id }} search={{ attempt: newest.number }} className="link">
            {texts.job.newer(newest.number)}
          </Link>
        </p>
      )}
      {job.verdict && job.standing !== 'errored' && (
        <Notice tone={job.verdict.kind === 'new' ? 'failed' : 'blocked'}>
          <p>
            <strong>{texts.tests.faults[job.verdict.kind]}</strong> {said(job.verdict.text)}
          </p>
        </Notice>
      )}
      {job.standing === 'errored' ? <Errored job={job} /> : <LostBefore job={job} />}
      {job.refusal && job.standing !== 'errored' && (
        <Notice tone={job.standing}>
          <Refusal refusal={job.refusal} />
        </Notice>
      )}
      {attempt?.log?.state === 'partial' && attempt.end?.reason !== 'lost' && (
        <Notice tone="blocked">
          <p>
            {texts.job.partial} {attempt.log.reason}.{' '}
            <a className="link" href={attempt.logUrl}>
              {texts.job.raw}
            </a>
          </p>
        </Notice>
      )}
    </>
  );
}

const said = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const Notice = ({ tone, children }: { tone: string; children: ReactNode }) => (
  <section className={`notice tone-${tone}`}>{children}</section>
);

/** Plainly not the author's fault, and what Paddock did about it. */
function Errored({ job: { history, refusal } }: { job: JobView }) {
  const [first] = history;
  return (
    <Notice tone="errored">
      <p>
        <strong>{texts.job.errored}</strong> {texts.job.erroredBody}
      </p>
      {history.length > 1 ? (
        <>
          <p>{texts.job.tried(history.length)}</p>
          <Ends attempts={history} />
        </>
      ) : (
        // Of one that never ran the sentence stands where its log would.
        first && (
          <p>
            {first.end?.message}.{' '}
            {first.end?.reason === 'setup-failed' ? texts.job.onceSetup : texts.job.onceOther}
          </p>
        )
      )}
      <Refusal refusal={refusal} />
      <p>{texts.job.mended}</p>
    </Notice>
  );
}

function LostBefore({ job: { history } }: { job: JobView }) {
  const lost = history.filter(({ end }) => end?.reason === 'lost' || end?.reason === 'setup-failed');
  if (lost.length === 0) return null;
  return (
    <Notice tone="errored">
      <p>{texts.job.lostBefore}</p>
      <Ends attempts={lost} />
    </Notice>
  );
}

const Ends = ({ attempts }: { attempts: readonly AttemptView[] }) => (
  <ul>
    {attempts.map(({ id, number, end }) => (
      <li key={id}>
        {texts.job.attempt(number)}:{' '}
        {end ? `${end.reason.replaceAll('-', ' ')}, ${end.message}` : texts.job.stillRunning}
      </li>
    ))}
  </ul>
);
