/** A run that is over is one trace, from the webhook's run to the status on GitHub, and through the machine. */
import { expect, test } from 'vitest';
import { traceIdOf } from '#coordinator/tracing/ids.ts';
import { runId } from '#shared/ids.ts';
import { logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { type ReceivedSpan, startCollector } from '#test/support/trace-collector.ts';
import { until } from '#test/support/until.ts';

const nameOf = ({ name }: ReceivedSpan) => name;

test('a trace has a span for the run, its job, each phase, each step and each status; a step knows where it belongs', async () => {
  const collector = await startCollector();
  try {
    await withFleet({ tracingAt: collector.url }, async fleet => {
      const { head } = await openPull(fleet, suite('echo "parent is $TRACEPARENT"', 'exit 4'));
      const job = await settled(fleet, head);
      const root = await until('the trace has arrived', () =>
        collector.spans.find(({ name }) => name.startsWith('run ')),
      );
      const spans = collector.spans.filter(({ traceId }) => traceId === root.traceId);
      const named = (name: string | RegExp) =>
        spans.find(span => (typeof name === 'string' ? span.name === name : name.test(span.name)));
      expect(root.traceId).toBe(traceIdOf(runId.parse(job.run.id)));
      expect(root.status.code).toBe(2);
      expect(spans.map(nameOf)).toEqual(
        expect.arrayContaining([
          'job default on here',
          'attempt 1',
          'queue',
          'boot',
          'start',
          'source',
          'steps',
        ]),
      );
      const steps = spans.filter(({ name }) => name.startsWith('step '));
      expect(steps.map(({ status }) => status.code)).toEqual([1, 2]);
      expect(steps[1]?.attributes).toContainEqual({ key: 'process.exit.code', value: { intValue: 4 } });
      expect(named(/^status paddock/)).toBeDefined();

      // Everything hangs together: one root, and no child outside of its parent's time but a status, which comes after.
      const byId = new Map(spans.map(span => [span.spanId, span]));
      expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined)).toEqual([root]);
      for (const span of spans) {
        expect([span.name, BigInt(span.startTimeUnixNano) <= BigInt(span.endTimeUnixNano)]).toEqual([
          span.name,
          true,
        ]);
        const parent = span.parentSpanId === undefined ? null : byId.get(span.parentSpanId);
        expect([span.name, parent === undefined]).toEqual([span.name, false]);
        if (parent)
          expect([span.name, span.startTimeUnixNano >= parent.startTimeUnixNano]).toEqual([span.name, true]);
      }

      const attempt = named('attempt 1');
      expect(await logOf(fleet, job)).toContain(`parent is 00-${root.traceId}-${attempt?.spanId}-01`);
      expect([...collector.authorizations]).toEqual(['secret-of-the-hook']);
      expect(fleet.coordinator.log()).not.toContain('secret-of-the-hook');
    });
    expect(collector.wrong).toEqual([]);
  } finally {
    await collector.close();
  }
});

test('with nobody at the address of the collector a run has its verdict, and the log says so once', () =>
  withFleet({ tracingAt: 'http://127.0.0.1:9' }, async fleet => {
    const { head } = await openPull(fleet, suite('true'));
    expect((await settled(fleet, head)).standing).toBe('passed');
    await until('it is told', () => fleet.coordinator.log().includes('spans of traces cannot be sent'));
  }));
