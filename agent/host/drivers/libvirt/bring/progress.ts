import { appendFile } from 'node:fs/promises';
import type { VirtualPlaces } from '../machine-directory.ts';
import { type Login, noteStarted } from './login.ts';

/** What is seen from here of one machine's agent on its way; all of it is on the machine's console too. */
export type Progress = {
  isStarted: boolean;
  problem: string;
  onProblem(problem: string): void;
  /** Said once: a login that has been refused says more. */
  onUp(): void;
  onStarted(): void;
  onConsole(text: string): void;
  /** Resolves when all of it is on disk. Throws when something could not be written. */
  written(): Promise<void>;
};

export function watchProgress(places: VirtualPlaces, login: Login): Progress {
  const writes: Promise<void>[] = [];
  const then = (write: () => Promise<void>) => {
    const next = (writes.at(-1) ?? Promise.resolve()).then(write);
    next.catch(() => {}); // told by `written`
    writes.push(next);
  };
  let isUp = false;
  const progress: Progress = {
    isStarted: login.isStarted,
    problem: 'nothing was tried',
    onProblem(problem) {
      if (problem !== progress.problem)
        progress.onConsole(`paddock: its agent has not reported in yet: ${problem}\n`);
      progress.problem = problem;
    },
    onUp() {
      if (!isUp) progress.onProblem('its SSH server is up, and the login is not over');
      isUp = true;
    },
    onStarted() {
      progress.isStarted = true;
      progress.onProblem('it was started');
      then(() => noteStarted(places, login));
    },
    onConsole: text => then(() => appendConsole(places.console, text)),
    written: async () => void (await Promise.all(writes)),
  };
  return progress;
}

/** Behind what the machine itself has written. Where only libvirt's own daemon may write that file, it stays without. */
export async function appendConsole(console: string, text: string): Promise<void> {
  await appendFile(console, text, { mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES') throw error;
  });
}
