import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { QueuedJob } from '#shared/queue-api.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { jobLabel } from '#shared/words.ts';
import { Approval } from '../parts/approval.tsx';
import { Age } from '../parts/time.tsx';
import { queue as texts } from '../texts/queue.ts';
import { texts as all } from '../texts/texts.ts';

type QueueRowProps = {
  job: QueuedJob;
  /** Its sentence says more than that of its group. */
  isTold: boolean;
  /** The first of its run: the button is there once. */
  isFirst: boolean;
};

/** One job that waits: what it is, whose, its place, since when. */
export const QueueRow = memo(function QueueRow({ job, isTold, isFirst }: QueueRowProps) {
  const { id, run, repository, number, commit, title, change, ref, purpose, since, text, place } = job;
  const label = jobLabel(job);
  return (
    <li className="queue-row">
      <span className="queue-job">
        <Link to="/jobs/$id" params={{ id }} className="queue-label" title={text}>
          {label}
        </Link>
        {isTold && <span className="dim"> {text}</span>}
      </span>
      <span className="queue-what">
        <Link to="/runs/$id" params={{ id: run }} className="queue-title">
          {title || all.runs.noTitle(shortCommit(commit))}
        </Link>{' '}
        <code className="dim">{shortCommit(commit)}</code>
      </span>
      <span className="queue-origin dim" title={`${all.purposes[purpose]} · ${ref}`}>
        {change === null ? `${repository} ${texts.run(number)}` : `${repository} #${change}`}
      </span>
      <span className="queue-place num">
        {place !== null && texts.standing(job)}
        {job.mayApprove && isFirst && <Approval run={{ id: run, commit, repository }} />}
      </span>
      <Age at={since} />
    </li>
  );
});
