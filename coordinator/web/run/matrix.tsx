import { useMediaQuery } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import type { JobSummary } from '#shared/api.ts';
import { Shape } from '../parts/shape.tsx';
import { Took } from '../parts/time.tsx';
import { texts } from '../texts/texts.ts';
import { matrixOf } from './matrix-of.ts';

/** Suites are rows; on a narrow page images are, since there are more of them. */
export function Matrix({ jobs }: { jobs: readonly JobSummary[] }) {
  const isNarrow = useMediaQuery('(max-width: 760px)', false, { getInitialValueInEffect: false });
  const { suites, images, jobAt } = matrixOf(jobs);
  const suiteNames = suites.map(({ name, isOnMerge }) => ({
    name,
    label: isOnMerge ? `${name} · ${texts.run.onMerge}` : name,
  }));
  const imageNames = images.map(name => ({ name, label: name }));
  const [rows, columns] = isNarrow ? [imageNames, suiteNames] : [suiteNames, imageNames];
  return (
    <section aria-label={texts.run.matrix}>
      <h2>{texts.run.jobs}</h2>
      <div className="scrolls">
        <table className="matrix">
          <thead>
            <tr>
              <td />
              {columns.map(({ name, label }) => (
                <th key={name} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(row => (
              <tr key={row.name}>
                <th scope="row">{row.label}</th>
                {columns.map(column => (
                  <td key={column.name}>
                    <Cell job={isNarrow ? jobAt(column.name, row.name) : jobAt(row.name, column.name)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Cell({ job }: { job: JobSummary | undefined }) {
  if (!job) return <span className="dim" aria-hidden="true" />;
  const { id, standing, startedAt, endedAt, text, attempts } = job;
  return (
    <Link to="/jobs/$id" params={{ id }} className={`cell tone-${standing}`} title={text}>
      <Shape standing={standing} />
      <Took from={startedAt} to={endedAt} />
      {attempts > 1 && <span>{texts.run.attempt(attempts)}</span>}
    </Link>
  );
}
