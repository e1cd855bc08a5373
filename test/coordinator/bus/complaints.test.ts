import { expect, test } from 'vitest';
import { createComplaints } from '#coordinator/bus/complaints.ts';
import { limits } from '#shared/limits.ts';
import { recordingLog } from './with-bus.ts';

function complaints() {
  const log = recordingLog();
  const clock = { now: 0 };
  return { log, clock, complain: createComplaints(log, () => clock.now) };
}

test('the same complaint is said once, then again after a while with how often it was left out', () => {
  const { log, clock, complain } = complaints();
  for (let n = 0; n < 4; n++) complain('warn', 'a', { n }, 'no');
  clock.now = limits.complaintMs;
  complain('warn', 'a', { n: 4 }, 'no');
  expect(log.lines.map(({ fields }) => fields)).toEqual([{ n: 0 }, { n: 4, leftOut: 3 }]);
});

test('different complaints do not silence each other', () => {
  const { log, complain } = complaints();
  complain('warn', 'a', {}, 'no');
  complain('error', 'b', {}, 'no');
  expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'error']);
});

test('endless new complaints do not grow the memory: the oldest may be said again', () => {
  const { log, complain } = complaints();
  for (let n = 0; n <= 1_000; n++) complain('warn', String(n), {}, 'no');
  complain('warn', '1000', {}, 'no');
  complain('warn', '0', {}, 'no');
  expect(log.lines).toHaveLength(1_002);
});
