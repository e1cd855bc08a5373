/** The stored key is damaged. Never carries the text: it may be most of a secret. */
export class KeyUnreadable extends Error {
  readonly code = 'key-unreadable';
  constructor() {
    super('the stored key is not a NATS user seed; nothing was changed; remove the key file and enrol anew');
  }
}

/**
 * Enrolment did not work. `isPermanent`: the coordinator has refused the token or the key (4xx), so trying again with the
 * same ones cannot help; everything else (unreachable, 5xx, rate limit, an answer that makes no sense) may pass.
 */
export class EnrolmentFailed extends Error {
  readonly code = 'enrolment-failed';
  readonly isPermanent: boolean;
  constructor(message: string, { isPermanent, cause }: { isPermanent: boolean; cause?: unknown }) {
    super(message, { cause });
    this.isPermanent = isPermanent;
  }
}
