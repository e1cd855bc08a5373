/**
 * The log of one attempt as its story needs it: the spool that steps write to, the marks, the stream to the log owner,
 * and the seal at the end. What the agent itself says of the log is marks, never bytes.
 */
import type { Mark } from '#shared/attempt.ts';
import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type LogFrame, logFrameAnswer } from '#shared/log-frame.ts';
import type { Finished, RunSpec } from '#shared/messages.ts';
import { subjects } from '#shared/subjects.ts';
import type { Diagnostics } from './diagnostics.ts';
import { lastLine } from './last-line.ts';
import type { OutgoingFrame } from './logs/frame-source.ts';
import { createLogStream, type LogEnd } from './logs/log-stream.ts';
import { redactedSpool } from './logs/redacted-spool.ts';
import { createRedaction, type Redaction } from './logs/redactor.ts';
import { openSpool, type Spool } from './logs/spool.ts';
import { secretValues } from './secret-files.ts';
import type { Connection } from './session/connection.ts';
import { fromPayload } from './session/payload.ts';

type Unplaced<M> = M extends Mark ? Omit<M, 'seq' | 'at' | 'offset'> : never;

export type AttemptLog = {
  spool: Spool;
  bytes(): number;
  /** Adds a mark at the present end of the spool. */
  mark(mark: Unplaced<Mark>, at: number): void;
  /** Sets the final count of bytes that came too late, in the mark of the step's end. */
  countLate(step: number, lateBytes: number): void;
  marks(): readonly Mark[];
  /** Resolves when all of it is redacted, sent and answered for. Throws the signal's reason. */
  finish(): Promise<Finished['log']>;
  /** Sends everything again from an offset; resolves when all of it is answered for. */
  resendFrom(offset: number): Promise<void>;
  /** A sentence, with every secret of the attempt blotted out. */
  redact(text: string): string;
  /** The last line since an offset that would help in a commit status; null when there is none. */
  lastLineSince(offset: number): string | null;
  close(): Promise<void>;
};

export type AttemptLogOptions = {
  path: string;
  spec: RunSpec;
  machine: MachineId;
  connection: Pick<Connection, 'request'>;
  /** The owner says that the attempt is not this machine's any more. */
  onFenced(): void;
  log: Diagnostics;
  /** Aborts when nothing shall be reported any more. */
  signal: AbortSignal;
};

/** Opens the spool and begins to follow it. Throws the system's errors. */
export function openAttemptLog(options: AttemptLogOptions): AttemptLog {
  const { path, spec, signal, onFenced, log } = options;
  const redaction = createRedaction(secretValues(spec));
  const spool = redactedSpool(openSpool({ path, limitBytes: spec.logLimitBytes }), redaction);
  const marks: Mark[] = [];
  let owner = spec.logOwner;
  let closedAt: number | null = null;
  const stream = createLogStream({
    spool,
    redaction,
    send: (frame, until) => sendFrame(options, subjects.log(owner, options.machine), frame, until),
    onMoved: next => {
      log('log-moved', { attempt: spec.attempt, owner: next });
      owner = next;
    },
    onFenced,
    signal,
  });
  return {
    spool,
    bytes: () => closedAt ?? spool.size(),
    mark(mark, at) {
      spool.flush();
      const placed: Mark = { ...mark, seq: marks.length, at, offset: spool.size() };
      marks.push(placed);
      stream.addMark(placed);
    },
    countLate(step, lateBytes) {
      const index = marks.findIndex(mark => mark.type === 'step-ended' && mark.step === step);
      const mark = marks[index];
      if (mark?.type === 'step-ended') marks[index] = { ...mark, lateBytes };
    },
    marks: () => marks,
    async finish() {
      spool.flush();
      return sealOf(await stream.finish(), signal);
    },
    resendFrom: async offset => void sealOf(await stream.resendFrom(offset), signal),
    redact: text => redactText(redaction, text),
    lastLineSince: from => lastLine({ spool, from, redaction }),
    async close() {
      await stream.close();
      closedAt ??= spool.size();
      spool.close();
    },
  };
}

async function sendFrame(
  { spec, connection }: AttemptLogOptions,
  subject: string,
  { offset, bytes, marks }: OutgoingFrame,
  signal: AbortSignal,
) {
  const frame: LogFrame = { attempt: spec.attempt, number: spec.number, offset, marks };
  const header = JSON.stringify(frame);
  const options = { timeoutMs: limits.logReplyMs, signal, frame: header };
  return fromPayload(logFrameAnswer, await connection.request(subject, bytes, options));
}

/** A fenced stream has discarded the attempt: the signal's reason is the way out. */
function sealOf(end: LogEnd, signal: AbortSignal): Finished['log'] {
  if (end.state === 'complete') return { bytes: end.bytes, lines: end.lines, sha256: end.sha256 };
  signal.throwIfAborted();
  throw new Error('the log stream says fenced and nobody has discarded the attempt');
}

function redactText(redaction: Redaction, text: string): string {
  const redactor = redaction.start();
  const bytes = Buffer.concat([redactor.push(Buffer.from(text)), redactor.flush()]);
  return bytes.toString('utf8');
}
