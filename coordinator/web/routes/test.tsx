import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { TestHistory, TestResult } from '#shared/test-api.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { type TestFilter, testQuery } from '../live/queries.ts';
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
      <table className="panel">
        <tbody>
          {items.map(item => (
            <Row key={item.attempt} test={key} item={item} />
          ))}
        </tbody>
      </table>
      {items.length === 0 && <p>{texts.tests.none}</p>}
      {query.hasNextPage && (
        <button type="button" className="link" onClick={() => void query.fetchNextPage()}>
          {texts.tests.older}
        </button>
      )}
    </>
  );
}

const Head = ({ test, filter }: { test: TestHistory['test']; filter: TestFilter }) => (
  <header>
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

const Row = ({ test: key, item }: { test: string; item: TestResult }) => (
  <tr>
    <td>
      <Shape
        standing={item.outcome === 'errored' ? 'failed' : item.outcome === 'flaky' ? 'skipped' : item.outcome}
      />{' '}
      {item.outcome}
    </td>
    <td>
      <Link to="/tests/$key" params={{ key }} search={{ image: item.image }} className="link">
        {item.image}
      </Link>
    </td>
    <td>{item.ref.replace(/^refs\/heads\//, '')}</td>
    <td className="mono">{item.commit.slice(0, 7)}</td>
    <td>
      <Link to="/jobs/$id" params={{ id: item.job }} className="link">{`#${item.runNumber}`}</Link>
    </td>
    <td className="dim">{item.message}</td>
    <td className="dim">
      <Age at={item.at} />
    </td>
  </tr>
);
