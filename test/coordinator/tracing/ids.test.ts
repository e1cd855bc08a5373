import { fromString, toUUID } from 'typeid-js';
import { expect, test } from 'vitest';
import { spanIdOf, traceIdOf, traceParentOf } from '#coordinator/tracing/ids.ts';
import { attemptId, runId } from '#shared/ids.ts';

const run = runId.parse('run_01h455vb4pex5vsknk084sn02q');
const attempt = attemptId.parse('attempt_01h455vb4pex5vsknk084sn02q');

test('the id of a trace is the UUID of its run', () => {
  expect(traceIdOf(run)).toBe(toUUID(fromString(run)).replaceAll('-', ''));
});

test('a step is told its parent as the W3C has it, and the same each time', () => {
  expect(traceParentOf(run, attempt)).toBe(`00-${traceIdOf(run)}-${spanIdOf(attempt)}-01`);
  expect(traceParentOf(run, attempt)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(spanIdOf(attempt, 'step', 1)).not.toBe(spanIdOf(attempt, 'step', 11));
});
