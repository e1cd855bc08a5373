/**
 * Spans on their way to a collector: a bounded queue that nobody waits for. What does not fit, or is refused for good, is
 * counted and gone; while the collector is away what is queued waits.
 */
import { limits } from '#shared/limits.ts';
import { startDeadline } from '../ground/deadline.ts';
import { startLoop } from '../ground/loop.ts';
import { otlpBody } from './otlp.ts';
import type { Span } from './run-spans.ts';

export type ExporterParts = {
  /** Without `/v1/traces`. */
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  version: string;
  /** Told of what became of spans. */
  counted(outcome: 'exported' | 'dropped' | 'refused', spans: number): void;
  report: Record<'info' | 'warn', (fields: object, message: string) => void>;
};

export type Exporter = {
  add(spans: readonly Span[]): void;
  /** Sends what is queued, once and not for long. */
  close(): Promise<void>;
};

/** Worth another try: https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const passing = new Set([429, 502, 503, 504]);

export function startExporter({ endpoint, headers, version, counted, report }: ExporterParts): Exporter {
  let queue: Span[] = [];
  let isAway = false;
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;

  async function send(spans: readonly Span[], signal: AbortSignal): Promise<void> {
    using deadline = startDeadline(limits.traceSendMs);
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: otlpBody(spans, version),
      signal: AbortSignal.any([signal, deadline.signal]),
    });
    await response.body?.cancel();
    if (passing.has(response.status)) throw new Error(`it answered ${response.status}`);
    if (response.ok) counted('exported', spans.length);
    else {
      counted('refused', spans.length);
      report.warn(
        { code: response.status, spans: spans.length },
        'the collector of traces refused spans for good',
      );
    }
  }

  async function sendNext(signal: AbortSignal): Promise<void> {
    const batch = queue.slice(0, limits.traceBatchSpans);
    await send(batch, signal);
    queue = queue.slice(batch.length);
    if (isAway) report.info({}, 'the collector of traces takes spans again');
    isAway = false;
  }

  const loop = startLoop({
    async tick(signal) {
      while (queue.length > 0) await sendNext(signal);
      return null;
    },
    retryMaxMs: limits.traceRetryMs,
    onError(error) {
      if (!isAway) report.warn({ err: error }, 'spans of traces cannot be sent; they wait, and jobs go on');
      isAway = true;
    },
  });

  return {
    add(spans) {
      const room = Math.max(0, limits.traceQueueSpans - queue.length);
      queue.push(...spans.slice(0, room));
      if (spans.length > room) counted('dropped', spans.length - room);
      loop.wake();
    },
    async close() {
      await loop.close();
      using deadline = startDeadline(limits.traceCloseMs);
      const sendRest = async () => {
        while (queue.length > 0) await sendNext(deadline.signal);
      };
      await sendRest().catch(() => counted('dropped', queue.length));
    },
  };
}
