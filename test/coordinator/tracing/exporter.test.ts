import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Exporter, startExporter } from '#coordinator/tracing/exporter.ts';
import type { Span } from '#coordinator/tracing/run-spans.ts';
import { limits } from '#shared/limits.ts';
import { startCollector } from '#test/support/trace-collector.ts';
import { until } from '#test/support/until.ts';

let collector: Awaited<ReturnType<typeof startCollector>>;
let exporter: Exporter;
const counts = { exported: 0, dropped: 0, refused: 0 };
const told: string[] = [];
beforeEach(async () => {
  collector = await startCollector();
  Object.assign(counts, { exported: 0, dropped: 0, refused: 0 });
  told.length = 0;
  exporter = open(collector.url);
});
afterEach(async () => {
  await exporter.close();
  await collector.close();
  expect(collector.wrong).toEqual([]);
});

const open = (endpoint: string): Exporter =>
  startExporter({
    ...{ endpoint, headers: { authorization: 'Bearer of-the-collector' }, version: '1.2.3' },
    counted: (outcome, spans) => {
      counts[outcome] += spans;
    },
    report: { info: (_, text) => void told.push(text), warn: (_, text) => void told.push(text) },
  });

const span = (n: number): Span => ({
  ...{ traceId: 'a'.repeat(32), spanId: n.toString(16).padStart(16, '0'), parentSpanId: null },
  ...{ name: `span ${n}`, start: 1_700_000_000_000, end: 1_700_000_001_234 },
  attributes: { text: 'a', number: 7, part: 1.5, yes: true },
  status: 'ok',
});
const spans = (count: number): Span[] => Array.from({ length: count }, (_, n) => span(n));

test('spans arrive once each, in batches, with the header of the configuration', async () => {
  exporter.add(spans(limits.traceBatchSpans + 3));
  await until('all have arrived', () => collector.spans.length === limits.traceBatchSpans + 3);
  expect(new Set(collector.spans.map(({ spanId }) => spanId)).size).toBe(limits.traceBatchSpans + 3);
  expect([...collector.authorizations]).toEqual(['Bearer of-the-collector']);
  expect(collector.spans[0]).toMatchObject({
    startTimeUnixNano: '1700000000000000000',
    endTimeUnixNano: '1700000001234000000',
    status: { code: 1 },
  });
});

test('while the collector is away spans wait, it is said once, and nobody is held up', async () => {
  collector.state.answer = 503;
  exporter.add(spans(2));
  await until('it is told', () => told.length === 1);
  exporter.add(spans(1));
  collector.state.answer = 200;
  await until('all have arrived', () => collector.spans.length === 3);
  expect(told).toEqual([
    'spans of traces cannot be sent; they wait, and jobs go on',
    'the collector of traces takes spans again',
  ]);
  expect(counts).toEqual({ exported: 3, dropped: 0, refused: 0 });
});

test('what is refused for good is counted and not sent again', async () => {
  collector.state.answer = 400;
  exporter.add(spans(4));
  await until('it is counted', () => counts.refused === 4);
  collector.state.answer = 200;
  exporter.add(spans(1));
  await until('the next one has arrived', () => collector.spans.length === 1);
});

test('of too many only so many wait, and the rest is counted', async () => {
  collector.state.answer = 503;
  exporter.add(spans(limits.traceQueueSpans + 5));
  expect(counts.dropped).toBe(5);
});

test('what is queued at the end is sent, where somebody takes it', async () => {
  exporter.add(spans(2));
  await exporter.close();
  expect(collector.spans).toHaveLength(2);
});

test('nobody at the address: the end comes soon all the same, and what waits is counted', async () => {
  await collector.close();
  const away = open(collector.url);
  away.add(spans(2));
  await until('it is told', () => told.length > 0);
  await away.close();
  expect(counts.dropped).toBe(2);
});
