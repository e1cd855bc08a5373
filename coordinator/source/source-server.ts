import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { startDeadline } from '../ground/deadline.ts';
import { streamArchive } from './archive.ts';
import { answerGit } from './git-http.ts';
import type { Mirrors } from './mirror-port.ts';
import { type Problem, sendProblem } from './problem.ts';
import { createSeats } from './seats.ts';
import type { SourceLog } from './source-log.ts';
import type { SourceReader } from './source-reader.ts';

/**
 * What the machine listener serves of the mirrors. Handlers resolve when the response is over, whatever became of it, and
 * never reject; refusals are problem documents. Streams are bounded in number, per attempt and in time.
 */
export type SourceServer = {
  /** `GET …/archive.tar` */
  serveArchive(request: IncomingMessage, response: ServerResponse, reader: SourceReader): Promise<void>;
  /** `…/git/<subPath>`: read-only smart HTTP. */
  serveGit(
    request: IncomingMessage,
    response: ServerResponse,
    reader: SourceReader & { subPath: string },
  ): Promise<void>;
  /** Cuts off what is being served and waits until its children have ended. */
  close(): Promise<void>;
};

type Work = (signal: AbortSignal) => Promise<void>;

export function createSourceServer({ mirrors, log }: { mirrors: Mirrors; log: SourceLog }): SourceServer {
  const seats = createSeats();
  const closing = new AbortController();
  const serving = new Set<Promise<void>>();

  const attend = async (response: ServerResponse, reader: SourceReader, work: Work, signal: AbortSignal) => {
    const giveBack = await seats.take(reader.attempt, signal);
    if (!giveBack) return sendProblem(response, tooMany);
    try {
      if (await mirrors.hasCommit(reader.repository, reader.commit)) await work(signal);
      else sendProblem(response, noCommit(reader.commit));
    } finally {
      giveBack();
    }
  };

  const serve = async (response: ServerResponse, reader: SourceReader, work: Work): Promise<void> => {
    using deadline = startDeadline(limits.sourceDeadlineMs);
    const signal = AbortSignal.any([closing.signal, untilGone(response), deadline.signal]);
    try {
      await attend(response, reader, work, signal);
    } catch (error) {
      if (!signal.aborted) {
        const { attempt, repository: mirror, commit } = reader;
        log.warn({ attempt, mirror, commit, err: error }, 'serving source failed');
      }
      sendProblem(response, signal.aborted ? stopped : broken);
    }
  };

  const own = (served: Promise<void>): Promise<void> => {
    const owned = served.finally(() => serving.delete(owned));
    serving.add(owned);
    return owned;
  };

  return {
    serveArchive: (request, response, reader) =>
      own(
        serve(response, reader, signal => streamArchive(mirrors, request, response, { ...reader, signal })),
      ),
    serveGit: (request, response, reader) =>
      own(serve(response, reader, signal => answerGit(mirrors, request, response, { ...reader, signal }))),
    async close() {
      closing.abort(new Error('the coordinator is closing'));
      await Promise.all(serving);
    },
  };
}

/** Aborts when the reader has gone or takes nothing for too long. */
function untilGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const leave = (why: string) => () => gone.abort(new Error(why));
  if (response.destroyed) gone.abort(new Error('the reader has gone'));
  response.once('close', leave('the reader has gone'));
  response.setTimeout(limits.sourceStallMs, leave('the reader took nothing for too long'));
  return gone.signal;
}

const tooMany: Problem = {
  code: 'too-many-streams',
  detail: `an attempt may read ${limits.sourceStreamsPerAttempt} source streams at once`,
};

const noCommit = (commit: CommitSha): Problem => ({
  code: 'commit-gone',
  detail: `commit ${commit} is not in the mirror any more; run the job again to fetch it`,
});

const stopped: Problem = { code: 'unavailable', detail: 'this source is not served now; try again' };
const broken: Problem = { code: 'failed', detail: 'the source could not be read; see the log' };
