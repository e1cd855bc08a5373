/** Ctrl-C, counted: what the first, second and third one mean is for the verb to say. */
import type { EventEmitter } from 'node:events';

export type Interrupts = {
  readonly first: AbortSignal;
  readonly second: AbortSignal;
  readonly third: AbortSignal;
  /** From then on a signal means what it means to any program. */
  close(): void;
};

/** Being told to end from outside counts like the person's own wish. */
const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function countInterrupts(source: EventEmitter = process): Interrupts {
  const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
  const next = () => [first, second, third].find(({ signal }) => !signal.aborted)?.abort();
  for (const name of names) source.on(name, next);
  return {
    first: first.signal,
    second: second.signal,
    third: third.signal,
    close() {
      for (const name of names) source.off(name, next);
    },
  };
}
