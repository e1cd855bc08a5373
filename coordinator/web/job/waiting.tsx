import type { JobView } from '#shared/api.ts';
import { Approval, waitsForApproval } from '../parts/approval.tsx';
import { Shape } from '../parts/shape.tsx';
import { isUnderWay } from '../parts/standings.ts';
import { texts } from '../texts/texts.ts';

/** In place of a log that is not there: why, and what comes next. */
export function Waiting({ job }: { job: JobView }) {
  const { standing, text, run } = job;
  return (
    <section className={`waiting tone-${standing}`} aria-label={texts.job.waiting} role="status">
      <Shape standing={standing} />
      <p className="waiting-why">{text.charAt(0).toUpperCase() + text.slice(1)}</p>
      <p className="dim">{nextOf(job)}</p>
      {waitsForApproval(job) && <Approval run={run} />}
    </section>
  );
}

function nextOf(job: JobView): string {
  if (waitsForApproval(job)) return texts.approval.why;
  if (job.standing === 'blocked') return texts.job.needs;
  return isUnderWay(job.standing) ? texts.job.logBegins : texts.job.never;
}
