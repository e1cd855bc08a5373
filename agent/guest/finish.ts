import { type Finished, type FinishedAnswer, finishedAnswer, type GuestDesired } from '#shared/messages.ts';
import { subjects } from '#shared/subjects.ts';
import type { Diagnostics } from './diagnostics.ts';
import { RequestFailed } from './errors.ts';
import type { Connection } from './session/connection.ts';
import { fromPayload, toPayload } from './session/payload.ts';
import type { Timings } from './session/timings.ts';
import { backOff, pause } from './waiting.ts';

export type FinishRequest = {
  report: Finished;
  /** Sends the log again from an offset; resolves when all of it is answered for. */
  resendFrom(offset: number): Promise<void>;
  connection: Pick<Connection, 'request'>;
  timings: Timings;
  log: Diagnostics;
  /** Aborts when the verdict is known by another way, or nothing shall be reported. */
  signal: AbortSignal;
};

/**
 * Repeats `finished` until the coordinator has stored the verdict; meanwhile the log is sent again where it says so.
 * Resolves with what it wants next, or null when the attempt is fenced. Throws the signal's reason.
 */
export async function reportFinished(request: FinishRequest): Promise<GuestDesired | null> {
  const { timings, signal, log, report } = request;
  const waits = backOff(timings.finishRepeatMs, timings.finishRepeatMaxMs);
  for (let resends = 0; ; ) {
    signal.throwIfAborted();
    const answer = await ask(request);
    if (answer.answer === 'settled') return answer.next;
    if (answer.answer === 'fenced') return null;
    log('finished-again', { attempt: report.attempt, ...answer });
    // What is missing is sent at once, the first time; a coordinator that goes on missing it gets time.
    if (answer.answer === 'later' || resends++ > 0) await pause(waits.next().value, signal);
    if (answer.answer === 'log-missing') await request.resendFrom(answer.from);
  }
}

/** No answer, or one that makes no sense, is as good as "later". */
async function ask({ report, connection, timings, signal }: FinishRequest): Promise<FinishedAnswer> {
  try {
    const answer = await connection.request(subjects.up(report.machine, 'finished'), toPayload(report), {
      timeoutMs: timings.finishReplyMs,
      signal,
    });
    return fromPayload(finishedAnswer, answer);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    return { answer: 'later', message: error.message };
  }
}
