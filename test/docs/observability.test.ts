/** The dashboard and the rules of alerts are what their sources write, name metrics that there are, and tell what to do. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { createMetrics } from '#coordinator/metrics/metrics.ts';
import { alerts } from '#docs/observability/alerts.ts';
import { rows } from '#docs/observability/panels.ts';
import { observabilityTexts } from '#docs/write-schemas.ts';
import { type MetricName, metricNames, metricOf } from '#shared/metrics.ts';
import { readExposition } from '#test/support/exposition.ts';
import { root } from './guide-texts.ts';

/** Names of series → their labels; null: those of Node, whose labels are not ours. */
async function series(): Promise<Map<string, readonly string[] | null>> {
  const known = new Map<string, readonly string[] | null>([['up', null]]);
  for (const name of metricNames) {
    const { kind, labels } = metricOf(name);
    const own = Object.keys(labels);
    if (kind !== 'histogram') known.set(name, own);
    else
      for (const [part, more] of [
        ['bucket', ['le']],
        ['sum', []],
        ['count', []],
      ] as const)
        known.set(`${name}_${part}`, [...own, ...more]);
  }
  const { text } = await createMetrics({ version: '1' }).read();
  for (const name of readExposition(text).keys())
    if (!metricNames.includes(name as MetricName)) known.set(name, null);
  return known;
}

/** What is wrong with a query, by the grammar of Prometheus and by what there is. */
function wrongWith(query: string, known: ReadonlyMap<string, readonly string[] | null>): string[] {
  const text = query.replaceAll('$__rate_interval', '5m');
  const wrong: string[] = [];
  const names: string[] = [];
  const labels: string[] = [];
  parser.parse(text).iterate({
    enter({ type, from, to, node }) {
      const word = text.slice(from, to);
      if (type.isError) wrong.push(`no PromQL at ${from}: ${text}`);
      if (type.name === 'Identifier' && node.parent?.name === 'VectorSelector') names.push(word);
      if (type.name === 'LabelName') labels.push(word);
    },
  });
  for (const name of names) if (!known.has(name)) wrong.push(`no metric ${name}: ${text}`);
  const own = names.map(name => known.get(name) ?? null);
  if (!own.includes(null))
    for (const label of labels)
      if (!own.some(list => list?.includes(label))) wrong.push(`no label ${label}: ${text}`);
  return names.length === 0 ? [...wrong, `asks for nothing: ${text}`] : wrong;
}

const queries = [
  ...alerts.map(({ when }) => when),
  ...rows.flatMap(({ panels }) => panels.flatMap(panel => panel.queries.map(({ expr }) => expr))),
];

test('every query is PromQL and asks for metrics and labels that there are', async () => {
  const known = await series();
  expect(queries.length).toBeGreaterThan(50);
  expect(queries.flatMap(query => wrongWith(query, known))).toEqual([]);
});

test.each([
  ['sum (paddock_nothing)', 'no metric'],
  ['sum by (host) (paddock_hosts)', 'no label'],
  ['paddock_hosts{colour="red"}', 'no label'],
  ['sum (paddock_hosts', 'no PromQL'],
  ['1 + 1', 'asks for nothing'],
])('a planted mistake is found: %s', async (query, mistake) => {
  expect(wrongWith(query, await series())).toEqual([expect.stringContaining(mistake)]);
});

test('the dashboard shows every metric that is there', () => {
  const asked = queries.join(' ');
  const unseen = metricNames.filter(name => !asked.includes(name));
  expect(unseen).toEqual([
    'paddock_pool_machines_min',
    'paddock_image_hosts',
    'paddock_reconciler_last_pass_seconds',
    'paddock_build_info',
    'paddock_log_lines_total',
    'paddock_nats_connected',
    'paddock_store_changes_total',
  ]);
});

test('both files are what `npm run schemas` writes', async () => {
  for (const [file, text] of observabilityTexts())
    expect(await readFile(file, 'utf8'), `${file}: run npm run schemas`).toBe(text);
});

const rule = z.strictObject({
  alert: z.string().regex(/^Paddock[A-Z]\w+$/),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+[smh]$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({ summary: z.string().regex(/\.$/), runbook: z.string() }),
});
const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })).length(1),
});

test('the rules are those of Prometheus, and each leads to its section: symptom, what to look at, what to do', async () => {
  const file = path.join(root, 'docs/observability/alerts.yaml');
  const [group] = ruleFile.parse(parse(await readFile(file, 'utf8'))).groups;
  const guide = await readFile(path.join(root, 'docs/observability.md'), 'utf8');
  const sections = new Map(
    guide
      .split(/^### /m)
      .slice(1)
      .map(section => [section.slice(0, section.indexOf('\n')), section]),
  );
  expect(group?.rules.map(({ alert }) => alert)).toEqual([...sections.keys()]);
  for (const { alert, annotations } of group?.rules ?? []) {
    expect(annotations.runbook).toBe(`docs/observability.md#${alert.toLowerCase()}`);
    expect(sections.get(alert)).toMatch(/\n- Symptom: .+\n- Look at: .+\n- Do: .+/);
  }
});

const grid = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() });
const panels = z.array(
  z.object({
    id: z.number(),
    type: z.enum(['row', 'stat', 'timeseries']),
    title: z.string().min(1),
    gridPos: grid,
    targets: z.array(z.object({ refId: z.string(), expr: z.string() })).optional(),
  }),
);

test('panels of the dashboard have numbers of their own, and none lies upon another', async () => {
  const file = path.join(root, 'docs/observability/dashboard.json');
  const shown = panels.parse(JSON.parse(await readFile(file, 'utf8')).panels);
  expect(new Set(shown.map(({ id }) => id)).size).toBe(shown.length);
  const taken = new Set<string>();
  for (const { title, gridPos } of shown) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect([title, taken.has(`${x} ${y}`)]).toEqual([title, false]);
        taken.add(`${x} ${y}`);
      }
  }
});
