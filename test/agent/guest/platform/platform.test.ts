import { expect, test } from 'vitest';
import { currentPlatform } from '#agent/guest/platform/platform.ts';

test('this system runs steps', () => {
  expect(currentPlatform().refusal).toBeNull();
});

test('on Windows the agent says that it cannot run steps', () => {
  expect(currentPlatform('win32').refusal).toContain('Windows');
});
