/** The coordinator's clock on this computer: ages and durations are true also where the computer's own clock is wrong. */
import { useSyncExternalStore } from 'react';

let offsetMs = 0;
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** @param coordinatorNow what the coordinator said, somewhere between asking and hearing. */
export function setClock(coordinatorNow: number, askedAt: number, heardAt: number): void {
  offsetMs = coordinatorNow - (askedAt + heardAt) / 2;
}

export const coordinatorNow = (): number => Date.now() + offsetMs;

/** How far the clock of this computer is ahead (negative: behind). */
export const clockSkewMs = (): number => -offsetMs;

const second = 1_000;

function watch(onTick: () => void): () => void {
  watchers.add(onTick);
  timer ??= setInterval(() => {
    for (const watcher of watchers) watcher();
  }, second);
  return () => {
    watchers.delete(onTick);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const never = () => () => {};

/** Now, in steps: what shows it is drawn again once per step. `null`: it stands still. */
export function useNow(stepMs: number | null): number {
  const step = stepMs ?? 1;
  return useSyncExternalStore(stepMs === null ? never : watch, () =>
    stepMs === null ? 0 : Math.floor(coordinatorNow() / step) * step,
  );
}
