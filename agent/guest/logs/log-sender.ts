import type { CoordinatorId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { LogFrameAnswer } from '#shared/log-frame.ts';
import type { FrameSource, OutgoingFrame } from './frame-source.ts';
import { firstWindow, type LogWindow, onAnswer, rewound, type SentFrame } from './log-window.ts';

export type SenderOptions = {
  /**
   * Asks the present owner to store a frame. A rejection (no connection, no answer in time) makes the sender go back and
   * try again, after a growing pause. Ends soon when the signal aborts.
   */
  send(frame: OutgoingFrame, signal: AbortSignal): Promise<LogFrameAnswer>;
  /** Later frames shall go to this owner. */
  onMoved(owner: CoordinatorId): void;
  /** The attempt is not ours any more; nothing more is sent. Called once. */
  onFenced(): void;
  frameBytes?: number;
  /** Bytes sent and not yet answered for. */
  windowBytes?: number;
};

/** Sends frames of a source, several at once, and goes back when an answer says so (see log-window.ts). */
export class LogSender {
  readonly #options: SenderOptions;
  readonly #source: FrameSource;
  readonly #signal: AbortSignal;
  readonly #onAnswer: () => void;
  readonly #onTheirWay = new Set<Promise<void>>();
  #window: LogWindow = firstWindow;
  /** Frames of the present generation that are not answered. */
  #pending = 0;
  #mustRewind = false;
  #pausedUntil = 0;
  #isFenced = false;

  /** `onAnswer` is called after every answer: there may be room again. */
  constructor(options: SenderOptions, source: FrameSource, signal: AbortSignal, onAnswer: () => void) {
    this.#options = options;
    this.#source = source;
    this.#signal = signal;
    this.#onAnswer = onAnswer;
  }

  get isFenced(): boolean {
    return this.#isFenced;
  }

  get answeredBytes(): number {
    return this.#window.answeredBytes;
  }

  /** Whether the log has ended, and the owner has said that it has all of it. */
  get isComplete(): boolean {
    const total = this.#source.total();
    const { answeredBytes, answeredMarks } = this.#window;
    return total !== null && answeredBytes >= total.bytes && answeredMarks >= total.marks;
  }

  /** Milliseconds until a frame may go out: 0 is now, null is after the next answer. */
  blockedMs(now: number): number | null {
    if (this.#pausedUntil > now) return this.#pausedUntil - now;
    return this.#room() > 0 ? 0 : null;
  }

  /**
   * Sends the next frame, without waiting for its answer. False: the source has nothing now. Throws as the source does.
   */
  sendNext(): boolean {
    this.#rewind();
    const { generation } = this.#window;
    const { frameBytes = limits.logFrameBytes } = this.#options;
    const frame = this.#source.next(Math.min(frameBytes, this.#room()));
    if (frame === null) return false;
    const end = this.#source.place();
    const sent = { generation, endBytes: end.bytes, endMarks: end.marks };
    this.#pending++;
    const answered = this.#ask(frame).then(answer => this.#hear(sent, answer));
    this.#onTheirWay.add(answered);
    void answered.finally(() => this.#onTheirWay.delete(answered));
    return true;
  }

  /** Sends everything again from an offset, all marks included. */
  resendFrom(bytes: number): void {
    this.#goTo(rewound(this.#window, bytes), 0);
  }

  /** Resolves when nothing is on its way any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#onTheirWay);
  }

  /** After a setback one frame goes ahead: a full window would only be sent for nothing once more. */
  #room(): number {
    const { frameBytes = limits.logFrameBytes, windowBytes = limits.logWindowBytes } = this.#options;
    if (this.#window.setbacks > 0) return this.#pending === 0 ? frameBytes : 0;
    return windowBytes - (this.#place() - this.#window.answeredBytes);
  }

  #place(): number {
    return this.#mustRewind ? this.#window.answeredBytes : this.#source.place().bytes;
  }

  #rewind(): void {
    if (!this.#mustRewind) return;
    this.#mustRewind = false;
    this.#source.rewind(this.#window.answeredBytes, this.#window.answeredMarks);
  }

  async #ask(frame: OutgoingFrame): Promise<LogFrameAnswer | null> {
    try {
      const answer = await this.#options.send(frame, this.#signal);
      // Only now: of a frame without an answer nobody knows whether it still waits somewhere to be sent.
      this.#source.giveBack(frame);
      return answer;
    } catch {
      // Whatever the reason: what is not answered for is sent again. The connection reports its own troubles.
      return null;
    }
  }

  #hear(sent: SentFrame, answer: LogFrameAnswer | null): void {
    if (this.#isFenced || this.#signal.aborted) return;
    if (sent.generation === this.#window.generation) this.#pending--;
    const step = onAnswer(this.#window, sent, answer);
    if (step.act === 'stop') this.#isFenced = true;
    if (step.act === 'go-on') this.#window = step.window;
    if (step.act === 'go-back') {
      this.#goTo(step.window, step.pauseMs);
      if (step.owner !== undefined) this.#options.onMoved(step.owner);
    }
    this.#onAnswer();
    if (this.#isFenced) this.#options.onFenced();
  }

  /** The pause varies by half, so that many machines do not come back in the same moment. */
  #goTo(window: LogWindow, pauseMs: number): void {
    this.#window = window;
    this.#pending = 0;
    this.#mustRewind = true;
    this.#pausedUntil = performance.now() + pauseMs * (0.75 + Math.random() / 2);
  }
}
