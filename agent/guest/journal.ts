import { rename, writeFile } from 'node:fs/promises';
import type { Mark } from '#shared/attempt.ts';
import type { AttemptEnd } from '#shared/job.ts';
import type { RunSpec } from '#shared/messages.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Progress } from './progress.ts';

export type JournalOptions = { path: string; spec: RunSpec; log: Diagnostics };

/**
 * `attempt.json`: what a post-mortem, or the host after the agent's death, can know of an attempt. No secrets. Replaced
 * as a whole, soon after the fact; of entries that come faster than the disk only the newest is written. A journal that
 * cannot be written stops nothing.
 */
export type Journal = {
  write(progress: ReturnType<Progress['facts']>, marks: readonly Mark[], end: AttemptEnd | null): void;
  /** Waits for the newest entry. Never rejects. */
  close(): Promise<void>;
};

export function openJournal({ path, spec, log }: JournalOptions): Journal {
  const facts = {
    attempt: spec.attempt,
    number: spec.number,
    job: spec.job,
    suite: spec.suite,
    commit: spec.source.type === 'mirror' ? spec.source.commit : null,
    agentPid: process.pid,
    startedAt: Date.now(),
  };
  let newest: object | null = null;
  let writing: Promise<void> = Promise.resolve();
  async function flush(): Promise<void> {
    if (!newest) return;
    const text = `${JSON.stringify(newest, null, 1)}\n`;
    newest = null;
    await writeFile(`${path}.new`, text, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
  return {
    write(progress, marks, end) {
      newest = { ...facts, ...progress, marks, end };
      writing = writing.then(flush).catch(error => log('journal-failed', { message: String(error) }));
    },
    close: () => writing,
  };
}
