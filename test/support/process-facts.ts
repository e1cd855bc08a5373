/** What a process takes of the computer, by the kernel's account. */
import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory, in MiB; null when there is no such process. */
export function residentMiB(pid: number): number | null {
  try {
    const [, kiB] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kiB === undefined ? null : Number(kiB) / 1_024;
  } catch {
    return null; // it has ended
  }
}

/** Who has started it; null when there is no such process. */
export function parentOf(pid: number): number | null {
  try {
    const [, parent] = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return parent === undefined ? null : Number(parent);
  } catch {
    return null; // it has ended
  }
}

export const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

export type Meter = { peakMiB(): number; stop(): void };

/** Looks at a process every 50 ms and remembers the most that it took. */
export function meter(pid: number): Meter {
  let peak = residentMiB(pid) ?? 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentMiB(pid) ?? 0);
  }, 50);
  return { peakMiB: () => Math.round(peak), stop: () => clearInterval(timer) };
}
