import { Link } from '@tanstack/react-router';
import type { JobSummary } from '#shared/api.ts';
import { verdictNames } from '#shared/test-words.ts';
import { Shape } from '../parts/shape.tsx';
import { texts } from '../texts/texts.ts';
import { Excerpt } from './excerpt.tsx';
import type { Failure } from './gather-failures.ts';

/** How many failures show the end of their log: more would hide each other. */
const excerpts = 3;

/** What broke, where, whose fault: before anything else. */
export function Failures({ failures }: { failures: readonly Failure[] }) {
  return (
    <section aria-label={texts.run.failures}>
      <ul className="failures panel">
        {failures.map((failure, index) => (
          <li
            key={`${failure.suite} ${failure.standing} ${failure.message}`}
            className={`tone-${failure.standing}`}
          >
            <FailureLine failure={failure} />
            {index < excerpts && failure.standing !== 'errored' && failure.jobs[0] && (
              <Excerpt job={failure.jobs[0]} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function FailureLine({ failure: { suite, standing, message, jobs, of } }: { failure: Failure }) {
  const isOurs = standing === 'errored';
  const says = standing === 'failed' ? texts.run.fails : texts.run.timesOut;
  return (
    <p className="failure-line">
      <Shape standing={standing} />
      <span>
        <b>{suite}</b> {isOurs ? texts.run.errored : `${says(jobs.length, of)}:`} <JobLinks jobs={jobs} />
        {message && <span className="dim"> · {message}</span>}
        {isOurs && <span className="failure-ours"> {texts.run.notTheirs}</span>}
      </span>
    </p>
  );
}

const JobLinks = ({ jobs }: { jobs: readonly JobSummary[] }) =>
  jobs.map(({ id, image, verdict }, index) => (
    <span key={id}>
      {index > 0 && ', '}
      <Link to="/jobs/$id" params={{ id }} className="link">
        {image}
      </Link>
      {verdict && verdict.kind !== 'infrastructure' && (
        <span className="dim">{` (${verdictNames[verdict.kind]}: ${verdict.text})`}</span>
      )}
    </span>
  ));
