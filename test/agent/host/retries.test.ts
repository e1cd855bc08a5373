import { expect, test } from 'vitest';
import { createRetries } from '#agent/host/retries.ts';
import { limits } from '#shared/limits.ts';
import { newMachineId } from '#test/contract/driver/desired-machine.ts';

test('each failure doubles the wait, up to the longest', () => {
  const [retries, id] = [createRetries(), newMachineId()];
  const waits = Array.from({ length: 12 }, () => retries.failed(id, 'destroy', 'stuck', 1_000).dueAt - 1_000);
  expect(waits.slice(0, 3)).toEqual([1, 2, 4].map(factor => factor * limits.retryFirstMs));
  expect(waits.at(-1)).toBe(limits.retryMaxMs);
});

test('failing at something else starts from the beginning', () => {
  const [retries, id] = [createRetries(), newMachineId()];
  retries.failed(id, 'create', 'busy', 0);
  retries.failed(id, 'create', 'busy', 0);
  expect(retries.failed(id, 'destroy', 'stuck', 0)).toMatchObject({ tries: 1, dueAt: limits.retryFirstMs });
});

test('the next one due is told, and what is due already does not count', () => {
  const [retries, id] = [createRetries(), newMachineId()];
  expect(retries.nextIn(0)).toBe(Number.POSITIVE_INFINITY);
  retries.failed(id, 'create', 'busy', 0);
  expect(retries.nextIn(500)).toBe(limits.retryFirstMs - 500);
  expect(retries.nextIn(limits.retryFirstMs)).toBe(Number.POSITIVE_INFINITY);
});

test('what nobody wants any more is dropped', () => {
  const [retries, id, other] = [createRetries(), newMachineId(), newMachineId()];
  for (const machine of [id, other]) retries.failed(machine, 'create', 'busy', 0);
  retries.keep(new Set([other]));
  expect(retries.get(id)).toBeNull();
  expect(retries.get(other)).not.toBeNull();
});
