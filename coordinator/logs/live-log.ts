/**
 * One log while its attempt runs and until it is sealed. Everything that changes it happens in one queue, in order, so
 * bytes, digest, line index and file always agree; readers and viewers see only what is stored. Once its bytes have been
 * verified they are never dropped or changed again: the verdict may be on its way to the store.
 */
import type { LogSeal, Mark } from '#shared/attempt.ts';
import type { AttemptId, Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { LogFrame } from '#shared/log-frame.ts';
import type { Moment } from '#shared/log-moments.ts';
import { collect } from '../blobs/file-bytes.ts';
import { newMarks, planAppend } from './append.ts';
import { createFanOut } from './fan-out.ts';
import { createLogBody, type LogBody } from './log-body.ts';
import { createLogDigest } from './log-digest.ts';
import type { LogFiles } from './log-files.ts';
import type { LogSource } from './log-source.ts';
import { createMoments } from './moments.ts';
import { createSerial } from './serial.ts';

/** What the settle transaction stores of a log: its seal, its marks, its moments and, for a small one, its bytes. */
export type EndedLog = {
  seal: LogSeal;
  inline: Uint8Array | null;
  marks: Mark[];
  moments: readonly Moment[];
};

export type VerifiedLog = { ok: true; log: EndedLog } | { ok: false; from: number };

/** The end of a log as its agent computed it. `marks`, the whole list, fills in what a restarted owner forgot. */
export type ExpectedLog = { bytes: number; sha256: string; marks?: readonly Mark[] };

export type LogPhase =
  | { phase: 'open' }
  /** Nothing is added while the caller stores the end. */
  | { phase: 'settling'; seal: LogSeal; since: Instant }
  | { phase: 'ended'; seal: LogSeal };

/** Told of what was added to a log. */
export type LogStored = (bytes: number, lines: number) => void;

type LiveLogOptions = { maxBytes?: number; stored?: LogStored };

export type Appended = 'stored' | 'beyond-limit' | 'busy' | 'settling' | 'ended';

export class LiveLog {
  readonly attempt: AttemptId;
  readonly fanOut = createFanOut();
  readonly #now: () => Instant;
  readonly #stored: LogStored;
  readonly #body: LogBody;
  readonly #marks: Mark[];
  readonly #serial = createSerial();
  readonly #moments = createMoments();
  #digest = createLogDigest();
  #phase: LogPhase = { phase: 'open' };
  #waitingBytes = 0;
  #restarts = 0;

  private constructor(
    attempt: AttemptId,
    body: LogBody,
    marks: Mark[],
    now: () => Instant,
    stored: LogStored,
  ) {
    this.attempt = attempt;
    this.#body = body;
    this.#marks = marks;
    this.#now = now;
    this.#stored = stored;
  }

  /**
   * The log with what its file has, empty when there is none. Reads all of it: the digest must be known. `maxBytes` is
   * where an ended log ends; a write that failed half-way may have left more in the file.
   */
  static async open(
    files: LogFiles,
    attempt: AttemptId,
    now: () => Instant,
    { maxBytes = Number.POSITIVE_INFINITY, stored = () => {} }: LiveLogOptions = {},
  ): Promise<LiveLog> {
    const there = await files.open(attempt);
    const found = there && { ...there, bytes: Math.min(there.bytes, maxBytes) };
    const log = new LiveLog(attempt, createLogBody(files, attempt, found), found?.marks ?? [], now, stored);
    try {
      for await (const piece of log.#body.read(0, log.bytes)) log.#digest.push(piece);
    } catch (error) {
      await log.#body.close();
      throw error;
    }
    return log;
  }

  get bytes(): number {
    return this.#body.bytes();
  }

  get marks(): readonly Mark[] {
    return this.#marks;
  }

  /** When its bytes arrived, as far as this owner has seen it. */
  get moments(): readonly Moment[] {
    return this.#moments.all();
  }

  get phase(): LogPhase {
    return this.#phase;
  }

  get isOnDisk(): boolean {
    return this.#body.isOnDisk();
  }

  /** How often all bytes were dropped, to be sent anew. */
  get restarts(): number {
    return this.#restarts;
  }

  source(): LogSource {
    return {
      bytes: this.bytes,
      lines: this.#digest.lines(),
      newlinesBefore: this.#digest.newlinesBefore,
      marks: this.#marks,
      seal: this.#phase.phase === 'ended' ? this.#phase.seal : null,
      read: this.#body.read,
    };
  }

  /** Adds what is new in a frame. A failed write adds nothing and throws; the same frame may come again. */
  async append(frame: LogFrame, bytes: Uint8Array, limitBytes: number): Promise<Appended> {
    if (this.#waitingBytes > limits.logQueueBytes) return 'busy';
    this.#waitingBytes += bytes.length;
    try {
      return await this.#serial.run(() => this.#append(frame, bytes, limitBytes));
    } finally {
      this.#waitingBytes -= bytes.length;
    }
  }

  /** Whether the stored bytes are the expected ones; then they are on disk or in `inline`. Safe to repeat. */
  verify(expected: ExpectedLog): Promise<VerifiedLog> {
    return this.#serial.run(() => this.#verify(expected));
  }

  /** Closes the log for further bytes and says how much there is. Safe to repeat. */
  sealPartial(reason: string): Promise<EndedLog> {
    return this.#serial.run(async () => {
      await this.#body.sync();
      return this.#settle({ state: 'partial', bytes: this.bytes, reason });
    });
  }

  /** Takes bytes again: the partial end that was to be stored did not come about. */
  reopen(): Promise<void> {
    return this.#serial.run(async () => {
      if (!this.#isVerified()) this.#phase = { phase: 'open' };
    });
  }

  /** The end is stored: viewers are told, nothing is added any more. */
  end(seal: LogSeal): Promise<void> {
    return this.#serial.run(async () => {
      this.#phase = { phase: 'ended', seal };
      this.fanOut.wake();
    });
  }

  /** Lets go of the file, after everything that is under way. */
  close(): Promise<void> {
    return this.#serial.run(() => this.#body.close());
  }

  async #append(frame: LogFrame, bytes: Uint8Array, limitBytes: number): Promise<Appended> {
    if (this.#phase.phase === 'ended') return 'ended';
    if (this.#phase.phase === 'settling') return this.#isVerified() ? 'stored' : 'settling';
    const plan = planAppend({ bytes: this.bytes, limitBytes }, { offset: frame.offset, bytes: bytes.length });
    if (plan.add === 'beyond-limit') return 'beyond-limit';
    // First, so that whoever watches learns of a step before its lines come.
    await this.#addMarks(frame.marks);
    if (plan.add === 'bytes') await this.#store(bytes.subarray(plan.skip));
    return 'stored';
  }

  async #store(bytes: Uint8Array): Promise<void> {
    const offset = this.bytes;
    await this.#body.append(bytes, this.#marks);
    const lines = this.#digest.lines();
    this.#digest.push(bytes);
    this.#stored(bytes.length, this.#digest.lines() - lines);
    const at = this.#now();
    this.#moments.add(offset, at);
    this.fanOut.publish(offset, bytes, at);
  }

  async #addMarks(sent: readonly Mark[]): Promise<void> {
    const added = newMarks(this.#marks, sent);
    if (added.length === 0) return;
    await this.#body.addMarks(added);
    this.#marks.push(...added);
    this.fanOut.wake();
  }

  async #verify(expected: ExpectedLog): Promise<VerifiedLog> {
    const { bytes } = this;
    const sha256 = this.#digest.sha256();
    const isSame = bytes === expected.bytes && sha256 === expected.sha256;
    if (!isSame) return { ok: false, from: this.#isVerified() ? 0 : await this.#goOn(expected.bytes) };
    await this.#addMarks(expected.marks ?? []);
    await this.#body.sync();
    return {
      ok: true,
      log: await this.#settle({ state: 'complete', bytes, lines: this.#digest.lines(), sha256 }),
    };
  }

  /** Where the agent has to send from: the end of what is stored, or 0 when that is not what the agent has. */
  async #goOn(expectedBytes: number): Promise<number> {
    this.#phase = { phase: 'open' };
    if (this.bytes < expectedBytes) return this.bytes;
    await this.#body.clear();
    this.#digest = createLogDigest();
    this.#moments.clear();
    this.#restarts += 1;
    this.fanOut.wake();
    return 0;
  }

  async #settle(seal: LogSeal): Promise<EndedLog> {
    if (!this.#isVerified()) this.#phase = { phase: 'settling', seal, since: this.#now() };
    const inline = await this.#inline(seal.bytes);
    return { seal, inline, marks: [...this.#marks], moments: [...this.#moments.all()] };
  }

  #isVerified(): boolean {
    return (
      this.#phase.phase === 'ended' ||
      (this.#phase.phase === 'settling' && this.#phase.seal.state === 'complete')
    );
  }

  async #inline(bytes: number): Promise<Uint8Array | null> {
    if (bytes > limits.logInlineBytes) return null;
    return this.#body.inMemory(bytes) ?? collect(this.#body.read(0, bytes));
  }
}
