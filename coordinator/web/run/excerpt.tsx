import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { JobSummary } from '#shared/api.ts';
import { excerptQuery } from './excerpt-query.ts';

/** The last lines of the step that decided against a job; a click leads to them in the log. */
export function Excerpt({ job: { id, attempt } }: { job: JobSummary }) {
  const { data: lines = [], isPending, isEnabled } = useQuery(excerptQuery(attempt));
  if (isPending && isEnabled) return <div className="excerpt excerpt-coming" />;
  const [first, last] = [lines[0], lines.at(-1)];
  if (!first || !last) return null;
  const hash = `L${first.number}-L${last.number}`;
  return (
    <Link to="/jobs/$id" params={{ id }} hash={hash} className="excerpt">
      {lines.map(({ number, text }) => (
        <span key={number}>
          <b aria-hidden="true">{number}</b>
          {text || ' '}
        </span>
      ))}
    </Link>
  );
}
