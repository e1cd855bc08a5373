/** A spool, a stream from it, and a log owner that stores by offset as the coordinator does, and can be told to fail. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutgoingFrame } from '#agent/guest/logs/frame-source.ts';
import { createLogStream, type LogStream, type LogStreamOptions } from '#agent/guest/logs/log-stream.ts';
import { createRedaction } from '#agent/guest/logs/redactor.ts';
import { openSpool, type Spool } from '#agent/guest/logs/spool.ts';
import type { Mark } from '#shared/attempt.ts';
import type { LogFrameAnswer } from '#shared/log-frame.ts';

export type Answering = (frame: OutgoingFrame, count: number) => Promise<LogFrameAnswer> | LogFrameAnswer;

export type Owner = {
  bytes: Buffer;
  marks: Mark[];
  epoch: number;
  frames: OutgoingFrame[];
  /** Forgets what is behind these bytes, as after a crash: a new epoch. */
  crash(bytes: number): void;
  /** Stores what follows on, answers how much there is. */
  store(frame: OutgoingFrame): LogFrameAnswer;
};

export function createOwner(): Owner {
  const owner: Owner = {
    bytes: Buffer.alloc(0),
    marks: [],
    epoch: 1,
    frames: [],
    crash: bytes => {
      owner.bytes = owner.bytes.subarray(0, bytes);
      owner.marks = [];
      owner.epoch++;
    },
    store: frame => {
      owner.frames.push({ ...frame, bytes: Buffer.from(frame.bytes) });
      if (frame.offset <= owner.bytes.length) {
        const fresh = frame.bytes.subarray(owner.bytes.length - frame.offset);
        owner.bytes = Buffer.concat([owner.bytes, fresh]);
      }
      for (const mark of frame.marks) if (mark.seq === owner.marks.length) owner.marks.push(mark);
      return { answer: 'stored', bytes: owner.bytes.length, marks: owner.marks.length, epoch: owner.epoch };
    },
  };
  return owner;
}

export type LogBench = {
  spool: Spool;
  owner: Owner;
  stream(options?: Partial<LogStreamOptions>): LogStream;
  /** The stream's answers come from here instead of from the owner. */
  answering(answer: Answering): void;
  directory: string;
};

type BenchOptions = { secrets?: string[]; limitBytes?: number };

export async function withLogBench(
  test: (bench: LogBench) => Promise<void>,
  { secrets = [], limitBytes = 64 * 1024 * 1024 }: BenchOptions = {},
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-log-'));
  const spool = openSpool({ path: join(directory, 'spool'), limitBytes });
  const owner = createOwner();
  const streams: LogStream[] = [];
  let answer: Answering = frame => owner.store(frame);
  let count = 0;
  const defaults = {
    spool,
    redaction: createRedaction(secrets),
    send: async (frame: OutgoingFrame) => answer(frame, ++count),
    onMoved: () => {},
    onFenced: () => {},
    flushMs: 5,
  };
  const stream = (options: Partial<LogStreamOptions> = {}) => {
    const created = createLogStream({ ...defaults, ...options });
    streams.push(created);
    return created;
  };
  const answering = (next: Answering) => {
    answer = next;
  };
  try {
    await test({ spool, owner, stream, answering, directory });
  } finally {
    await Promise.all(streams.map(one => one.close()));
    await spool.remove();
    await rm(directory, { recursive: true, force: true });
  }
}

export const mark = (seq: number, offset = 0): Mark => ({
  type: 'step-started',
  seq,
  at: 1,
  offset,
  step: seq,
});

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Lines that differ from each other, of about so many bytes. */
export const linesOf = (bytes: number): Buffer =>
  Buffer.from(
    Array.from({ length: Math.ceil(bytes / 16) }, (_, i) => `line ${String(i).padStart(10)}\n`).join(''),
  );
