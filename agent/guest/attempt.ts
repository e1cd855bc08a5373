/**
 * One attempt on this machine: starting → source → steps → uploads → reporting. Invariants: the first reason to end
 * wins; nothing of a discarded attempt is reported; spool and workspace stay until the verdict is stored or the attempt
 * is discarded, and go after that (on a full disk the workspace goes when the steps are over).
 */
import type { AttemptRef, GuestDesired, GuestRenewal, RunSpec } from '#shared/messages.ts';
import { type AttemptLog, openAttemptLog } from './attempt-log.ts';
import { nothingHandedOver, report } from './attempt-report.ts';
import { nothingUploaded, work } from './attempt-work.ts';
import { createEnding } from './ending.ts';
import { isSystemError, SiteFailed } from './errors.ts';
import { openJournal } from './journal.ts';
import type { MachineParts } from './machine-parts.ts';
import { createProgress } from './progress.ts';
import { setupFailed } from './sentences.ts';
import type { Workplace } from './workplace.ts';

export type Attempt = {
  ref: AttemptRef;
  running(): NonNullable<GuestRenewal['running']>;
  cancel(reason: 'cancelled' | 'superseded', message: string): void;
  /** Stop, report nothing: fenced, settled already, or the machine ends. */
  discard(message: string): void;
  /** What the coordinator wants next, as said with the verdict; null when it said nothing. Rejects only on a bug. */
  done: Promise<GuestDesired | null>;
  /** After `done`: everything kept for the attempt is gone. Never rejects. */
  removed: Promise<void>;
};

/** Begins an attempt. It owns everything it starts; `done` and `removed` are for the caller to await. */
export function startAttempt(parts: MachineParts, spec: RunSpec): Attempt {
  const { renewals, log, connection, machine, site } = parts;
  const ref: AttemptRef = { attempt: spec.attempt, number: spec.number };
  const ending = createEnding();
  const place = site.placeOf(spec.attempt);
  let attemptLog: AttemptLog | null = null;
  const journal = openJournal({ path: place.journal, spec, log }, () => ({
    progress: progress.facts(),
    marks: attemptLog?.marks() ?? [],
    end: ending.end(),
  }));
  const progress = createProgress(() => {
    journal.changed();
    renewals.soon();
  });

  async function open(): Promise<AttemptLog | null> {
    try {
      await site.make(place, ending.signal);
      const onFenced = () => ending.discard('the log owner says that it is over');
      const { discarded: signal } = ending;
      return openAttemptLog({ path: place.spool, spec, machine, connection, onFenced, log, signal });
    } catch (error) {
      if (ending.signal.aborted) return null;
      if (!isSystemError(error) && !(error instanceof SiteFailed)) throw error;
      ending.propose(setupFailed(`this machine has no place for the attempt: ${error.message}`, false));
      return null;
    }
  }

  async function live(): Promise<GuestDesired | null> {
    attemptLog = await open();
    const uploaded = attemptLog
      ? await work({ parts, spec, place, ending, progress, attemptLog })
      : nothingUploaded;
    await site.makeRoom(place);
    progress.enter('reporting');
    const handedOver = attemptLog ? { log: attemptLog, ...uploaded } : nothingHandedOver;
    const next = await report({ parts, ref, ending, handedOver });
    // The report says more than the renewal that may be gathering still; a short job needs none at all.
    renewals.told();
    return next;
  }

  const done = live()
    .catch(error => {
      // What fails after that fails because of it.
      if (ending.discarded.aborted) return null;
      journal.close(true);
      throw error;
    })
    .finally(async () => {
      journal.close(false);
      await attemptLog?.close();
    });
  return {
    ref,
    running: () => ({ ...ref, ...progress.facts(), logBytes: attemptLog?.bytes() ?? 0 }),
    cancel: (reason, message) => ending.propose({ reason, message }),
    discard: ending.discard,
    done,
    removed: done.then(
      () => removal(place, parts),
      () => log('attempt-kept', { attempt: spec.attempt, message: `for a post-mortem: ${place.root}` }),
    ),
  };
}

/** What cannot be removed now goes when the agent starts anew, or with the machine. */
async function removal(place: Workplace, { log, site }: MachineParts): Promise<void> {
  await site.remove(place).catch(error => log('removal-failed', { message: String(error) }));
}

/** An attempt that was cancelled before it began here: its end is reported, for its job waits for that. */
export function startCancelled(
  parts: MachineParts,
  ref: AttemptRef,
  reason: 'cancelled' | 'superseded',
  message: string,
): Attempt {
  const ending = createEnding();
  const progress = createProgress(() => {});
  ending.propose({ reason, message });
  progress.enter('reporting');
  const done = report({ parts, ref, ending, handedOver: nothingHandedOver }).catch(error => {
    if (ending.discarded.aborted) return null;
    throw error;
  });
  return {
    ref,
    running: () => ({ ...ref, ...progress.facts(), logBytes: 0 }),
    cancel: () => {},
    discard: ending.discard,
    done,
    removed: done.then(
      () => {},
      () => {},
    ),
  };
}
