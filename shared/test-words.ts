/** Text about tests that pages, terminal and checks share. */
import { type TestCounts, testsIn } from './test-report.ts';
import type { VerdictKind } from './test-verdict.ts';

/** `214 tests, 2 failed, 3 skipped`. */
export function countsText(counts: TestCounts): string {
  const total = testsIn(counts);
  const parts = (['failed', 'errored', 'flaky', 'skipped'] as const).flatMap(outcome =>
    counts[outcome] > 0 ? [`${counts[outcome]} ${outcome}`] : [],
  );
  return [`${total} ${total === 1 ? 'test' : 'tests'}`, ...parts].join(', ');
}

export const verdictNames: Record<VerdictKind, string> = {
  new: 'new',
  known: 'known',
  flaky: 'flaky',
  infrastructure: 'infrastructure',
  unclear: 'unclear',
};
