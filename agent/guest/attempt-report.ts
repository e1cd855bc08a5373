import { createHash } from 'node:crypto';
import type { ArtifactFile } from '#shared/artifact.ts';
import type { KeptCache } from '#shared/cache.ts';
import { type AttemptEnd, outcomeOf } from '#shared/job.ts';
import { type AttemptRef, type GuestDesired, PROTOCOL_VERSION } from '#shared/messages.ts';
import type { AttemptLog } from './attempt-log.ts';
import type { Ending } from './ending.ts';
import { reportFinished } from './finish.ts';
import type { MachineParts } from './machine-parts.ts';
import { endMessage } from './sentences.ts';
import type { HandedReports } from './uploads/hand-over-reports.ts';

/** What an attempt leaves behind for the coordinator. */
export type HandedOver = {
  log: Pick<AttemptLog, 'finish' | 'resendFrom' | 'marks' | 'redact'>;
  artifacts: ArtifactFile[];
  reports: HandedReports | null;
  caches: KeptCache[];
};

/** Of an attempt that never came to write a log. */
export const nothingHandedOver: HandedOver = {
  log: {
    finish: async () => ({ bytes: 0, lines: 0, sha256: createHash('sha256').digest('hex') }),
    resendFrom: async () => {},
    marks: () => [],
    redact: text => text,
  },
  artifacts: [],
  reports: null,
  caches: [],
};

export type Report = { parts: MachineParts; ref: AttemptRef; ending: Ending; handedOver: HandedOver };

/**
 * Brings the log to its end, then repeats `finished` until it is answered. Resolves with what is wanted next, or null
 * when the attempt is fenced. Throws the reason of the discarding when it is discarded meanwhile.
 */
export async function report({ parts, ref, ending, handedOver }: Report): Promise<GuestDesired | null> {
  const signal = ending.discarded;
  signal.throwIfAborted();
  const seal = await handedOver.log.finish();
  const end = blotted(endOf(ending), handedOver.log.redact);
  const { machine, connection, timings, log } = parts;
  const { reports } = handedOver;
  return reportFinished({
    report: {
      v: PROTOCOL_VERSION,
      ...ref,
      machine,
      end,
      log: seal,
      marks: [...handedOver.log.marks()],
      artifacts: outcomeOf(end) === 'passed' ? handedOver.artifacts : [],
      ...(reports
        ? { reports: reports.reports, reportNotices: reports.notices.map(handedOver.log.redact) }
        : {}),
      ...(outcomeOf(end) === 'passed' && handedOver.caches.length > 0 ? { caches: handedOver.caches } : {}),
    },
    resendFrom: handedOver.log.resendFrom,
    connection,
    timings,
    log,
    signal,
  });
}

function endOf(ending: Ending): AttemptEnd {
  const end = ending.end();
  if (!end) throw new Error('an attempt is reported that has neither an end nor was discarded');
  return end;
}

/** Messages become commit statuses: a step's name or its last line may hold a secret. */
const blotted = (end: AttemptEnd, redact: (text: string) => string): AttemptEnd => ({
  ...end,
  message: endMessage(redact(end.message)),
});
