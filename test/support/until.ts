import { setTimeout as pause } from 'node:timers/promises';

export type UntilOptions = { timeoutMs?: number; everyMs?: number };

/** A machine of CI may be busy with something else: there everything may take twice as long. */
const patience = process.env.CI ? 2 : 1;

/**
 * Waits for a named condition: asks `probe` until it gives something truthy, and gives that back. A probe that throws
 * counts as "not yet". After `timeoutMs` (default 20 s) it rejects with the condition's name, how the last answer
 * looked, and the last error as the cause.
 */
export async function until<T>(
  condition: string,
  probe: () => T | Promise<T>,
  { timeoutMs = 20_000, everyMs = 10 }: UntilOptions = {},
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const deadline = performance.now() + patience * timeoutMs;
  for (;;) {
    const answer = await ask(probe);
    if ('value' in answer && answer.value)
      return answer.value as Exclude<T, false | null | undefined | 0 | ''>;
    if (performance.now() >= deadline) throw neverCameTrue(condition, patience * timeoutMs, answer);
    await pause(everyMs);
  }
}

type Answer<T> = { value: T } | { error: unknown };

async function ask<T>(probe: () => T | Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await probe() };
  } catch (error) {
    return { error };
  }
}

function neverCameTrue(condition: string, timeoutMs: number, answer: Answer<unknown>): Error {
  const seen = 'value' in answer ? `last answer: ${String(answer.value)}` : 'the last try threw';
  const message = `waited ${timeoutMs} ms for: ${condition} (${seen})`;
  return 'error' in answer ? new Error(message, { cause: answer.error }) : new Error(message);
}
