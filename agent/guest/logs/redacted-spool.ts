import type { Redaction } from './redactor.ts';
import type { Spool } from './spool.ts';

export type RedactedSpool = Spool & {
  /** Nothing more comes for now: what was held back as the beginning of a secret is written as well. */
  flush(): void;
};

/**
 * A spool that a secret never gets to: bytes are redacted before they are written, so none is on the disk. Bytes that may
 * begin a secret are held back until more come, or `flush`. What a secret that was cut by `flush` leaves is found by the
 * reader of the spool, who redacts once more.
 */
export function redactedSpool(spool: Spool, redaction: Redaction): RedactedSpool {
  if (redaction.lookBehindBytes === 0) return { ...spool, flush: () => {} };
  const redactor = redaction.start();
  let heldBytes = 0;
  return {
    ...spool,
    append(bytes) {
      const certain = redactor.push(bytes);
      heldBytes += bytes.length - certain.length;
      return spool.append(certain) && spool.size() + heldBytes <= spool.limitBytes;
    },
    flush() {
      heldBytes = 0;
      const rest = redactor.flush();
      if (rest.length > 0) spool.append(rest);
    },
  };
}
