import { expect, test } from 'vitest';
import { stepRange } from '#coordinator/cli/follow/step-range.ts';
import { marks } from '../support/samples.ts';

test('a step’s bytes are between its marks', () => {
  const steps = marks([0, 10, 0], [10, 30, 2]);
  expect(stepRange(steps, 1)).toEqual({ from: 10, to: 30 });
  expect(stepRange(steps.slice(0, 3), 1)).toEqual({ from: 10, to: null });
  expect(stepRange(steps, 2)).toBeNull();
});
