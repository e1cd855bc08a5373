import { limits } from '#shared/limits.ts';

/** How long the session waits for what, in ms; the defaults are the product's, shorter ones make quick scenarios. */
export type Timings = {
  renewalMs: number;
  renewalReplyMs: number;
  onceSilenceMs: number;
  /** Back-off of everything that is repeated until it works: first and longest pause. */
  retryFirstMs: number;
  retryMaxMs: number;
  finishReplyMs: number;
  /** The pause after which `finished` is repeated, and the longest it grows to. */
  finishRepeatMs: number;
  finishRepeatMaxMs: number;
  /** How long a connection may be down before the coordinator is asked where NATS is now. */
  askAgainMs: number;
};

export const defaultTimings: Timings = {
  renewalMs: limits.renewalMs,
  renewalReplyMs: limits.renewalReplyMs,
  onceSilenceMs: limits.onceSilenceMs,
  retryFirstMs: 250,
  retryMaxMs: 5_000,
  finishReplyMs: limits.logReplyMs,
  finishRepeatMs: 1_000,
  finishRepeatMaxMs: 5_000,
  askAgainMs: 10_000,
};
