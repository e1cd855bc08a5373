import type { JobView } from '#shared/api.ts';
import { Shape } from '../parts/shape.tsx';
import { isUnderWay } from '../parts/standings.ts';
import { texts } from '../texts/texts.ts';

/** In place of a log that is not there: why, and what comes next. */
export function Waiting({ job: { standing, text, blockedOn } }: { job: JobView }) {
  const next =
    standing === 'blocked'
      ? blockedOn === 'needs'
        ? texts.job.needs
        : texts.job.approval
      : isUnderWay(standing)
        ? texts.job.logBegins
        : texts.job.never;
  return (
    <section className={`waiting tone-${standing}`} aria-label={texts.job.waiting} role="status">
      <Shape standing={standing} />
      <p className="waiting-why">{text.charAt(0).toUpperCase() + text.slice(1)}</p>
      <p className="dim">{next}</p>
    </section>
  );
}
