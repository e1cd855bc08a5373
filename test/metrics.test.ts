/** The catalogue of metrics keeps to the conventions of Prometheus, and to what may be told. */
import { expect, test } from 'vitest';
import { openLabels } from '#shared/metrics/metric.ts';
import { metricNames, metricOf } from '#shared/metrics.ts';

test.each(metricNames)('%s is named as https://prometheus.io/docs/practices/naming/ has it', name => {
  const { kind, help, labels, buckets } = metricOf(name);
  expect(name).toMatch(/^paddock_[a-z]+(?:_[a-z]+)*$/);
  expect(name.endsWith('_total')).toBe(kind === 'counter');
  expect(name).not.toMatch(/_(?:bucket|count|sum|ms|milliseconds|minutes|hours|mib|kib)(?:_|$)/);
  expect(help).toMatch(/^[A-Z`].*\.$/s);
  expect(kind === 'histogram').toBe(buckets !== undefined);
  if (kind === 'histogram') expect(name.endsWith('_seconds')).toBe(true);
  expect([...(buckets ?? [])]).toEqual([...(buckets ?? [])].sort((a, b) => a - b));
  for (const label of Object.keys(labels)) expect(label).toMatch(/^[a-z]+$/);
});

test('no label names a repository, a person, a host or a machine', () => {
  const names = new Set(metricNames.flatMap(name => Object.keys(metricOf(name).labels)));
  for (const private_ of [
    'repository',
    'person',
    'login',
    'user',
    'host',
    'machine',
    'run',
    'job',
    'branch',
    'suite',
  ])
    expect(names).not.toContain(private_);
});

test('a label has a list of values, or is one of few that grow with the configuration only', () => {
  for (const name of metricNames)
    for (const values of Object.values(metricOf(name).labels))
      if ('open' in values) expect(Object.keys(openLabels)).toContain(values.open);
      else expect(new Set(values).size).toBe(values.length);
});
