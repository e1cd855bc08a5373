/**
 * Cases of one attempt, from all its reports → what is kept of them. Every case counts. Known by name are the first so many
 * and each that fails, as far as those are kept; texts are bounded one by one and together.
 */
import { limits } from '#shared/limits.ts';
import { isFailing, noTests, type TestCounts, type TestOutcome, testsIn } from '#shared/test-report.ts';
import { cleanLine, type ReportCase, type ReportSink } from './parse/report-case.ts';

export type ListedTest = Pick<ReportCase, 'suite' | 'name' | 'outcome'>;

export type ReadReports = {
  counts: TestCounts;
  /** Each once. */
  tests: ListedTest[];
  /** What failed, then what was flaky, in the order of the reports. */
  failures: ReportCase[];
  notices: string[];
};

type Known = ListedTest & { failure: ReportCase | null };

/** `hasPassed`: whether the steps did; then a test that failed and passed was tried again, and has passed in the end. */
export function gatherCases(hasPassed: boolean): ReportSink & { result(): ReadReports } {
  const counts: TestCounts = { ...noTests };
  const known = new Map<string, Known>();
  const notices: string[] = [];
  let [unlisted, unkept, texts] = [0, 0, 0];
  let failures = 0;

  function onCase(found: ReportCase): void {
    const key = `${found.suite}\n${found.name}`;
    const before = known.get(key);
    if (before) {
      again(before, found);
      return;
    }
    counts[found.outcome] += 1;
    const isKept = isWorthKeeping(found.outcome) && failures < limits.testFailures;
    if (isWorthKeeping(found.outcome) && !isKept) unkept += 1;
    if (known.size >= limits.testsListed && !isKept) {
      unlisted += 1;
      return;
    }
    if (isKept) failures += 1;
    const { suite, name, outcome } = found;
    known.set(key, { suite, name, outcome, failure: isKept ? found : null });
  }

  /** The same test a second time: tools report a failed clean-up so, another try, and two tests of one name. */
  function again(before: Known, found: ReportCase): void {
    const outcome = together(before.outcome, found.outcome, hasPassed);
    if (isFine(before.outcome) && isFine(found.outcome)) counts[found.outcome] += 1;
    else {
      counts[before.outcome] -= 1;
      counts[outcome] += 1;
    }
    before.outcome = outcome;
    if (!isWorthKeeping(outcome)) return;
    const worse = before.failure ?? (isWorthKeeping(found.outcome) ? found : null);
    if (worse === null) return;
    if (before.failure === null) failures += 1;
    before.failure = { ...worse, outcome };
  }

  function onNotice(sentence: string): void {
    if (notices.length < limits.reportNotices) notices.push(cleanLine(sentence, limits.reportNoticeChars));
  }

  function result(): ReadReports {
    const all = [...known.values()];
    const kept = all
      .flatMap(({ failure }) => (failure ? [failure] : []))
      .sort((one, other) => Number(isFailing(other.outcome)) - Number(isFailing(one.outcome)));
    const withTexts = kept.map(failure => {
      texts += failure.output?.length ?? 0;
      return texts > limits.testOutputsChars ? { ...failure, output: null } : failure;
    });
    const total = testsIn(counts).toLocaleString('en');
    if (unlisted > 0)
      onNotice(
        `of ${total} tests the first ${limits.testsListed.toLocaleString('en')} and those that failed are known by name; all are counted`,
      );
    if (unkept > 0)
      onNotice(
        `the first ${limits.testFailures} failures are kept, ${unkept.toLocaleString('en')} more are counted`,
      );
    if (texts > limits.testOutputsChars)
      onNotice('the failures printed too much: the output of the last ones is not kept');
    const tests = all.map(({ suite, name, outcome }) => ({ suite, name, outcome }));
    return { counts, tests, failures: withTexts, notices };
  }

  return { onCase, onNotice, result };
}

const isFine = (outcome: TestOutcome): boolean => outcome === 'passed' || outcome === 'skipped';
const isWorthKeeping = (outcome: TestOutcome): boolean => isFailing(outcome) || outcome === 'flaky';

function together(one: TestOutcome, other: TestOutcome, hasPassed: boolean): TestOutcome {
  const [bad, good] = isFailing(one) ? [one, other] : [other, one];
  if (isFailing(bad)) return hasPassed && !isFailing(good) && good !== 'skipped' ? 'flaky' : bad;
  if (one === 'flaky' || other === 'flaky') return 'flaky';
  return one === 'passed' || other === 'passed' ? 'passed' : 'skipped';
}
