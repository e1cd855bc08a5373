import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { countFailing, gatherTests, type TestFailure } from '#shared/gather-tests.ts';
import { verdictNames } from '#shared/test-words.ts';
import { runTestsQuery } from '../live/queries.ts';
import { texts } from '../texts/texts.ts';

/** More would be no first block of a page. */
const shown = 30;

/** Tests that failed, gathered over all systems: which, where, and whose fault. */
export function TestFailures({ run }: { run: string }) {
  const { data } = useQuery(runTestsQuery(run));
  const failures = gatherTests(data ?? []).slice(0, shown);
  if (failures.length === 0) return null;
  const { count, isAtLeast } = countFailing(data ?? []);
  const left = count - failures.length;
  return (
    <section aria-label={texts.tests.failing}>
      <ul className="failures panel">
        {failures.map(failure => (
          <li key={failure.test} className="tone-failed">
            <Line failure={failure} />
          </li>
        ))}
        {left > 0 && (
          <li className="tone-failed">
            <p className="dim">{texts.tests.more(left, isAtLeast)}</p>
          </li>
        )}
      </ul>
    </section>
  );
}

const Line = ({ failure: { test, name, message, jobs, of } }: { failure: TestFailure }) => (
  <p className="failure-line">
    <span>
      <Link to="/tests/$key" params={{ key: test }} className="link">
        <b>{name}</b>
      </Link>{' '}
      {texts.run.fails(jobs.length, of)}:{' '}
      {jobs.map(({ job, image, verdict }, index) => (
        <span key={job}>
          {index > 0 && ', '}
          <Link to="/jobs/$id" params={{ id: job }} className="link">
            {image}
          </Link>
          {verdict && <span className="dim">{` (${verdictNames[verdict.kind]}: ${verdict.text})`}</span>}
        </span>
      ))}
      {message !== null && <span className="dim"> · {message}</span>}
    </span>
  </p>
);
