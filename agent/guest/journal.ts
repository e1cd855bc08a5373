import { renameSync, writeFileSync } from 'node:fs';
import type { Mark } from '#shared/attempt.ts';
import type { AttemptEnd } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import type { RunSpec } from '#shared/messages.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Progress } from './progress.ts';

export type JournalOptions = { path: string; spec: RunSpec; log: Diagnostics };

export type JournalEntry = {
  progress: ReturnType<Progress['facts']>;
  marks: readonly Mark[];
  end: AttemptEnd | null;
};

/**
 * `attempt.json`: what a post-mortem, or the host after the agent's death, can know of an attempt. No secrets. Replaced
 * as a whole, within `limits.progressGatherMs` of a change: an attempt that is over by then, as most are, leaves nothing to
 * look into and costs no write. A journal that cannot be written stops nothing.
 */
export type Journal = {
  /** Something has changed. */
  changed(): void;
  /** Ends it; with `isKept` the newest entry is there when this returns. Harmless when repeated. */
  close(isKept: boolean): void;
};

/** `entry` is asked when it is written. */
export function openJournal({ path, spec, log }: JournalOptions, entry: () => JournalEntry): Journal {
  const facts = {
    attempt: spec.attempt,
    number: spec.number,
    job: spec.job,
    suite: spec.suite,
    commit: spec.source.type === 'mirror' ? spec.source.commit : null,
    agentPid: process.pid,
    startedAt: Date.now(),
  };
  let due: NodeJS.Timeout | null = null;
  let isClosed = false;

  // In place: a few hundred bytes for the page cache take microseconds, each hop to another thread many more.
  function write(): void {
    due = null;
    const { progress, marks, end } = entry();
    try {
      writeFileSync(`${path}.new`, `${JSON.stringify({ ...facts, ...progress, marks, end }, null, 1)}\n`, {
        mode: 0o600,
      });
      renameSync(`${path}.new`, path);
    } catch (error) {
      log('journal-failed', { message: String(error) });
    }
  }

  return {
    changed() {
      if (!isClosed) due ??= setTimeout(write, limits.progressGatherMs);
    },
    close(isKept) {
      if (due) clearTimeout(due);
      due = null;
      if (isKept && !isClosed) write();
      isClosed = true;
    },
  };
}
