/** What some kinds of faults need of the computer; without it they are left out, and the report says so. */
import { execFileSync } from 'node:child_process';
import { findFakeTime } from '#test/support/fleet/clock.ts';
import type { Fault } from './plan.ts';

export type Prerequisites = { canMount: boolean; canCutSockets: boolean; fakeTime: string | null };

const works = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false; // not installed, or not allowed
  }
};

export const findPrerequisites = (): Prerequisites => ({
  canMount: works('unshare', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'),
  canCutSockets: process.getuid?.() === 0 && works('ss', '--version'),
  fakeTime: findFakeTime(),
});

/** Why the fault cannot be had here; null when it can. */
export function lacking(fault: Fault, { canMount, canCutSockets, fakeTime }: Prerequisites): string | null {
  if (fault.kind === 'disk-full' && !canMount)
    return 'disk-full needs root, for a small file system of its own';
  if (fault.kind === 'clock-step' && !fakeTime) return 'clock-step needs libfaketime (Debian: faketime)';
  if (fault.kind === 'reset' && fault.way === 'bus' && !canCutSockets)
    return 'reset of the bus needs root and ss (Debian: iproute2)';
  return null;
}
