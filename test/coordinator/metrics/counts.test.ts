import { expect, test } from 'vitest';
import { createCounts } from '#coordinator/metrics/counts.ts';
import { exposition } from '#coordinator/metrics/registry.ts';
import { sample } from '#shared/metrics.ts';
import { numberOf, readExposition } from '#test/support/exposition.ts';

test('labels are told apart, and the order in which they are given does not count', () => {
  const counts = createCounts();
  counts.count('paddock_jobs_settled_total', { image: 'a', outcome: 'passed' });
  counts.count('paddock_jobs_settled_total', { outcome: 'passed', image: 'a' }, 2);
  counts.count('paddock_jobs_settled_total', { image: 'a', outcome: 'failed' });
  expect(counts.counters('paddock_jobs_settled_total')).toEqual([
    { labels: { image: 'a', outcome: 'passed' }, value: 3 },
    { labels: { image: 'a', outcome: 'failed' }, value: 1 },
  ]);
});

test('an observation counts in its bucket and in all that are wider', async () => {
  const counts = createCounts();
  for (const seconds of [0, 0.1, 0.11, 59, 7_200, 7_201, -3])
    counts.observe('paddock_job_seconds', { image: 'linux' }, seconds);
  const families = readExposition((await exposition(counts, [])).text);
  const [series] = families.get('paddock_job_seconds')?.series ?? [];
  expect(series?.labels).toEqual({ image: 'linux' });
  expect(series?.value).toBe(7);
  expect(series?.buckets).toMatchObject({ 0.1: 3, 0.25: 4, 30: 4, 60: 5, 3600: 5, 7200: 6, '+Inf': 7 });
});

test('what was looked up stands beside what was counted; what was not looked up is not said to be 0', async () => {
  const counts = createCounts();
  counts.count('paddock_log_bytes_total', {}, 12);
  const samples = [
    sample('paddock_outbox_oldest_seconds', {}, 3),
    sample('paddock_reconciler_repairs_total', {}, 5),
  ];
  const families = readExposition((await exposition(counts, samples)).text);
  expect(numberOf(families, 'paddock_log_bytes_total')).toBe(12);
  expect(numberOf(families, 'paddock_outbox_oldest_seconds')).toBe(3);
  expect(numberOf(families, 'paddock_reconciler_repairs_total')).toBe(5);
  expect(families.get('paddock_disk_free_bytes')?.series).toEqual([]);
  // A counter begins at 0, so that its first step is seen.
  expect(numberOf(families, 'paddock_log_lines_total')).toBe(0);
});

test('a name of an image is written as it is, whatever stands in it', async () => {
  const counts = createCounts();
  const image = 'odd "name" \\ with\nall';
  counts.count('paddock_attempts_lost_total', { image });
  const { text } = await exposition(counts, []);
  expect(text).toContain('paddock_attempts_lost_total{image="odd \\"name\\" \\\\ with\\nall"} 1');
});
