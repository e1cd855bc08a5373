import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Standing } from '#shared/api.ts';
import { withoutUnseen } from '#shared/log-text.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { TestHistory, TestResult } from '#shared/test-api.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { type TestFilter, testQuery } from '../live/queries.ts';
import '../parts/barcode.css';
import '../parts/failing-tests.css';
import { ProblemView } from '../parts/problem-view.tsx';
import { Shape } from '../parts/shape.tsx';
import { Age } from '../parts/time.tsx';
import { texts } from '../texts/texts.ts';

const route = getRouteApi('/tests/$key');

/** Since when, and where, does this test fail? */
export function TestPage() {
  const { key } = route.useParams();
  const filter = route.useSearch();
  const query = useInfiniteQuery(testQuery(key, filter));
  const [first] = query.data?.pages ?? [];
  usePageState(first ? first.test.name : texts.tests.title);
  if (!first)
    return query.error ? (
      <ProblemView error={query.error} what="page" onAgain={() => void query.refetch()} />
    ) : null;
  const items = query.data?.pages.flatMap(page => page.items) ?? [];
  return (
    <>
      <Head test={first.test} filter={filter} />
      {items.length > 0 && (
        <>
          <Strips test={key} items={items} />
          <Results test={key} items={items} />
        </>
      )}
      {items.length === 0 && <p>{texts.tests.none}</p>}
      {query.hasNextPage && (
        <Button variant="default" className="test-older" onClick={() => void query.fetchNextPage()}>
          {texts.tests.older}
        </Button>
      )}
    </>
  );
}

const Head = ({ test, filter }: { test: TestHistory['test']; filter: TestFilter }) => (
  <header className="head">
    <h1>{test.name}</h1>
    <p className="dim">
      {[test.repository, test.suite, test.group, filter.image, filter.branch].filter(Boolean).join(' · ')}
    </p>
    {(filter.image || filter.branch) && (
      <Link to="/tests/$key" params={{ key: test.key }} search={{}} className="link">
        {texts.tests.everywhere}
      </Link>
    )}
  </header>
);

/** A system that broke some commits ago is a strip that turns red there. The newest stand at the right. */
const Strips = ({ test: key, items }: { test: string; items: readonly TestResult[] }) => (
  <ul className="test-strips panel" aria-label={texts.tests.strips}>
    {[...Map.groupBy(items, ({ image }) => image)].map(([image, own]) => (
      <li key={image}>
        <Link to="/tests/$key" params={{ key }} search={{ image }} className="link">
          {image}
        </Link>
        <span className="barcode">
          {own.toReversed().map(({ attempt, job, outcome, runNumber }) => (
            <Link
              key={attempt}
              to="/jobs/$id"
              params={{ id: job }}
              tabIndex={-1}
              preload={false}
              className={`square tone-${standings[outcome]}`}
              title={`#${runNumber}: ${outcome}`}
              aria-label={`#${runNumber}: ${outcome}`}
            />
          ))}
        </span>
        <span className="dim">
          {texts.tests.passedOf(own.filter(({ outcome }) => outcome === 'passed').length, own.length)}
        </span>
      </li>
    ))}
  </ul>
);

const standings: Record<TestResult['outcome'], Standing> = {
  passed: 'passed',
  failed: 'failed',
  errored: 'failed',
  flaky: 'timed-out',
  skipped: 'skipped',
};

const Results = ({ test: key, items }: { test: string; items: readonly TestResult[] }) => (
  <table className="table panel test-results">
    <thead>
      <tr>
        {texts.tests.columns.map(name => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {items.map(item => (
        <Row key={item.attempt} test={key} item={item} />
      ))}
    </tbody>
  </table>
);

const Row = ({ test: key, item }: { test: string; item: TestResult }) => (
  <tr>
    <td className="test-outcome">
      <Shape standing={standings[item.outcome]} label={item.outcome} />{' '}
      <span aria-hidden="true">{item.outcome}</span>
    </td>
    <td>
      <Link to="/tests/$key" params={{ key }} search={{ image: item.image }} className="link">
        {item.image}
      </Link>
    </td>
    <td className="test-branch">{withoutUnseen(item.ref.replace(/^refs\/heads\//, ''))}</td>
    <td>
      <code>{shortCommit(item.commit)}</code>
    </td>
    <td>
      <Link to="/jobs/$id" params={{ id: item.job }} className="link">{`#${item.runNumber}`}</Link>
    </td>
    <td className="dim test-said">{item.message}</td>
    <td className="dim">
      <Age at={item.at} />
    </td>
  </tr>
);
