import { Link } from '@tanstack/react-router';
import type { FailingTest, JobTests } from '#shared/test-api.ts';
import { isFailing } from '#shared/test-report.ts';
import { countsText, verdictNames } from '#shared/test-words.ts';
import { texts } from '../texts/texts.ts';
import './failing-tests.css';
import { Shape } from './shape.tsx';

/** How the tests of a job went, the failing ones first with what they printed. */
export function TestsOfJob({ tests }: { tests: JobTests }) {
  const { isRead, counts, notices, failures } = tests;
  return (
    <section className="tests panel" aria-label={texts.tests.title}>
      <h2>{isRead ? countsText(counts) : texts.tests.beingRead}</h2>
      <FailingTests failures={failures} />
      {notices.map(notice => (
        <p key={notice} className="dim">
          {notice}
        </p>
      ))}
    </section>
  );
}

function FailingTests({ failures }: { failures: readonly FailingTest[] }) {
  return (
    <ul className="failing-tests">
      {failures.map(failure => (
        <li key={failure.test} className={isFailing(failure.outcome) ? 'tone-failed' : 'tone-blocked'}>
          <details>
            <summary>
              <Shape standing={isFailing(failure.outcome) ? 'failed' : 'skipped'} />{' '}
              <TestName failure={failure} />
              <Fault failure={failure} />
            </summary>
            {failure.message !== null && <p className="test-message">{failure.message}</p>}
            {failure.output !== null && <pre className="test-output">{failure.output}</pre>}
            <Link to="/tests/$key" params={{ key: failure.test }} className="link">
              {texts.tests.history}
            </Link>
          </details>
        </li>
      ))}
    </ul>
  );
}

const TestName = ({ failure: { group, name, file, line } }: { failure: FailingTest }) => (
  <>
    {group !== '' && <span className="dim">{group} </span>}
    <b>{name}</b>
    {file !== null && <span className="dim">{` ${file}${line === null ? '' : `:${line}`}`}</span>}
  </>
);

const Fault = ({ failure: { verdict } }: { failure: FailingTest }) =>
  verdict && <span className="test-verdict">{` ${verdictNames[verdict.kind]} · ${verdict.text}`}</span>;
