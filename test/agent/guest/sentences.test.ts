import { expect, test } from 'vitest';
import {
  failedStep,
  passedSteps,
  pastDeadline,
  type StepPlace,
  timedOutStep,
} from '#agent/guest/sentences.ts';
import { attemptEnd } from '#shared/job.ts';
import { specOf } from './support/specs.ts';

function place(name: string, index = 1, of = 3): StepPlace {
  const [step] = specOf({
    steps: [{ run: 'make check', name, timeoutMs: 90_000, idleTimeoutMs: 5_000 }],
  }).steps;
  if (!step) throw new Error('the spec has a step');
  return { index, of, step };
}

test('a failing step is named with its place, its exit code and its last words', () => {
  const end = failedStep(place('make check'), { exitCode: 2 }, '3 of 40 tests failed');
  expect(attemptEnd.parse(end)).toEqual({
    reason: 'exited',
    exitCode: 2,
    step: 1,
    message: 'step 2/3 "make check" exited with 2: 3 of 40 tests failed',
  });
});

test('a step that a signal ended has that signal and no exit code', () => {
  const end = failedStep(place('test'), { exitCode: null, signal: 'SIGSEGV' }, null);
  expect(end).toMatchObject({
    exitCode: null,
    signal: 'SIGSEGV',
    message: 'step 2/3 "test" was ended by SIGSEGV',
  });
});

test('a step without a name is named by its command, cut and on one line', () => {
  const { message } = failedStep(place(''), { exitCode: 1 }, null);
  expect(message).toBe('step 2/3 "make check" exited with 1');
  expect(failedStep(place(`a\n${'b'.repeat(200)}`), { exitCode: 1 }, null).message.length).toBeLessThan(100);
});

test.each([
  ['total', 'step 2/3 "test" did not end within 1:30'],
  ['idle', 'step 2/3 "test" printed nothing for 5.0 s'],
] as const)('the %s timeout says which bound was passed', (limit, message) => {
  expect(timedOutStep(place('test'), limit)).toEqual({ reason: 'timed-out', limit, step: 1, message });
});

test('a pass speaks of all steps, a deadline of the whole job', () => {
  expect(passedSteps(3)).toMatchObject({ exitCode: 0, step: 2, message: 'all 3 steps passed' });
  expect(pastDeadline(3_723_000, 1)).toMatchObject({ message: 'the job did not end within its 1:02:03' });
});

test('no message is longer than the contract allows', () => {
  const end = failedStep(place('x'), { exitCode: 1 }, 'y'.repeat(5_000));
  expect(attemptEnd.safeParse(end).success).toBe(true);
});
