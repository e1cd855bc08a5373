/** Bounds of what comes in over HTTP, whoever sends it. */
import { KiB, MiB, minute, second } from './units.ts';

export const httpLimits = {
  /** GitHub sends at most 25 MB; anything larger is not from GitHub. */
  webhookBodyBytes: 25 * MiB,
  /** Webhooks that are being received hold this much together; GitHub's own are a few KiB each. */
  webhooksHeldBytes: 128 * MiB,
  /** Largest JSON body of any other HTTP call. */
  apiBodyBytes: 1 * MiB,
  /** An enrolment is a token and a key; all that are being received hold this much together. */
  enrolBodyBytes: 16 * KiB,
  enrolsHeldBytes: 16 * MiB,
  /** Requests that come while a coordinator starts, and are answered when it is up: a burst of webhooks. */
  earlyRequests: 1_000,
  /** A request has to arrive within this: 25 MiB at 3.5 Mbit/s. */
  requestMs: 1 * minute,
  /** A reader of a download that takes nothing for this long is cut off; it may go on where it was. */
  downloadStallMs: 1 * minute,
  /** A silent connection is probed after this long. */
  keepAliveMs: 30 * second,
  /** Fields of one request that are complained about; more would not be read. */
  fieldErrors: 20,
} as const;
