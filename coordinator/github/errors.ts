export type ForgeErrorCode =
  /** The token is wrong, expired or revoked. */
  | 'unauthorized'
  /** The token may not do this. */
  | 'forbidden'
  | 'not-found'
  /** GitHub understood the request and will never accept it. */
  | 'rejected'
  | 'rate-limited'
  /** GitHub has trouble (5xx). */
  | 'unavailable'
  /** No answer: name, network, TLS, deadline. */
  | 'unreachable'
  /** An answer, but not one GitHub gives: a proxy, a login page, another server. */
  | 'unexpected-answer';

/** Whether repeating the call can help, and when. */
export type ForgeRetry = { afterMs: number } | 'backoff' | 'never';

export type ForgeFailure = {
  code: ForgeErrorCode;
  retry: ForgeRetry;
  /** Every other call would fail the same way now, so that trying them one by one would only make it worse. */
  isForgeWide: boolean;
  message: string;
  status: number | null;
  /** GitHub's own number of the request, for its support. */
  requestId: string | null;
};

/** A call to GitHub that failed. Holds no token, no headers and no body of the request. */
export class ForgeError extends Error {
  override name = 'ForgeError';
  readonly code: ForgeErrorCode;
  readonly retry: ForgeRetry;
  readonly isForgeWide: boolean;
  readonly status: number | null;
  readonly requestId: string | null;

  constructor(failure: ForgeFailure, options?: { cause?: unknown }) {
    super(failure.message, options);
    this.code = failure.code;
    this.retry = failure.retry;
    this.isForgeWide = failure.isForgeWide;
    this.status = failure.status;
    this.requestId = failure.requestId;
  }
}

/** GitHub has no such thing, or does not show it to us. */
export const isAbsent = (error: unknown): error is ForgeError =>
  error instanceof ForgeError && error.code === 'not-found';
