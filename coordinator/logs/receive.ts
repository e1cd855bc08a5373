/** One frame from a machine to the answer it gets. */
import type { AttemptId, Instant, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type LogFrame, type LogFrameAnswer, logFrame } from '#shared/log-frame.ts';
import { isNoSpace, systemCode } from '../blobs/errors.ts';
import { LogError } from './errors.ts';
import type { Appended, LiveLog } from './live-log.ts';
import type { LiveLogs } from './live-logs.ts';
import type { LogReporter } from './log-rows.ts';

export type ReceiveParts = { lives: LiveLogs; epoch: number; log: LogReporter; now: () => Instant };

/** The answer to a frame. A frame that no agent sends throws `LogError('bad-frame')`; a full disk is an answer. */
export async function receiveFrame(
  parts: ReceiveParts,
  sender: MachineId,
  header: string,
  bytes: Uint8Array,
): Promise<LogFrameAnswer> {
  const frame = parseFrame(sender, header, bytes);
  const admitted = await parts.lives.admit(sender, frame);
  if ('answer' in admitted) return admitted;
  const { live, row } = admitted;
  try {
    return await answerFor(parts, live, frame, await live.append(frame, bytes, row.limitBytes));
  } catch (error) {
    return answerForFailure(parts, frame.attempt, error);
  }
}

function parseFrame(sender: MachineId, header: string, bytes: Uint8Array): LogFrame {
  const parsed = logFrame.safeParse(parseJson(header));
  const problem = parsed.success ? tooMuch(parsed.data, bytes) : 'its header is not a log frame';
  if (parsed.success && problem === null) return parsed.data;
  throw new LogError(
    'bad-frame',
    parsed.data?.attempt ?? null,
    `A log frame of ${sender} was dropped: ${problem}. Its agent is broken or of another version.`,
  );
}

function tooMuch(frame: LogFrame, bytes: Uint8Array): string | null {
  if (bytes.length > limits.logFrameBytes)
    return `it has ${bytes.length} bytes, allowed are ${limits.logFrameBytes}`;
  if (frame.marks.length > limits.marksPerAttempt)
    return `it has ${frame.marks.length} marks, allowed are ${limits.marksPerAttempt}`;
  return null;
}

async function answerFor(
  { epoch, log, now }: ReceiveParts,
  live: LiveLog,
  { attempt }: LogFrame,
  appended: Appended,
): Promise<LogFrameAnswer> {
  switch (appended) {
    case 'stored':
      return { answer: 'stored', bytes: live.bytes, marks: live.marks.length, epoch };
    case 'ended':
      return { answer: 'fenced' };
    case 'beyond-limit':
      log.warn({ attempt }, 'a log is longer than its agent was allowed; nothing more of it is taken');
      return { answer: 'fenced' };
    case 'busy':
      return { answer: 'later', message: 'too many frames of this log wait for the disk' };
    case 'settling':
      await reopenWhenForgotten(live, now());
      return { answer: 'later', message: 'the end of this log is being stored' };
  }
}

/** The attempt was given up, yet its row stayed open: the giving-up failed, and the log must go on. */
async function reopenWhenForgotten(live: LiveLog, now: Instant): Promise<void> {
  const state = live.phase;
  if (state.phase === 'settling' && now - state.since > limits.leaseMs) await live.reopen();
}

/** The agent keeps what is not stored and sends it again, so a failing disk costs time, not bytes. */
function answerForFailure({ log }: ReceiveParts, attempt: AttemptId, error: unknown): LogFrameAnswer {
  const code = systemCode(error);
  if (code === null) throw error;
  const message = isNoSpace(error)
    ? "The coordinator's disk is full: the log is stored no further until somebody frees space in its log directory."
    : `The coordinator cannot write the log (${code}); check the disk of its log directory.`;
  log.error({ attempt, code }, message);
  return { answer: 'later', message };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
