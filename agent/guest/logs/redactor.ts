/**
 * Redaction of a byte stream, one `*` for each byte of a secret: the length stays, so an offset in the raw spool is the
 * offset in the stored log, and a restarted agent goes on where it was.
 */
import { type Automaton, buildAutomaton } from './pattern-automaton.ts';
import { secretVariants } from './secret-variants.ts';

export type Redactor = {
  /**
   * Takes the next bytes, cut anywhere; returns what is certain by now, as a part of them where nothing had to change.
   * A secret that may have begun is held back.
   */
  push(chunk: Uint8Array): Uint8Array;
  /** The end of the stream: returns what was held back, which is no secret after all. */
  flush(): Uint8Array;
};

export type Redaction = {
  /** Begins a stream. */
  start(): Redactor;
  /**
   * A stream that begins this many bytes earlier redacts the bytes from here on as if it had begun at 0: no form of a
   * secret is longer than this and a byte.
   */
  lookBehindBytes: number;
};

const star = 0x2a;
const nothing = new Uint8Array(0);

/**
 * Prepares redaction of these secrets in all their forms (see secretVariants). A secret shorter than
 * `limits.redactedSecretBytes` (4 bytes) is not redacted. Overlapping secrets are redacted to their full extent.
 */
export function createRedaction(secrets: readonly string[]): Redaction {
  const forms = new Map(secrets.flatMap(secretVariants).map(form => [form.toString('latin1'), form]));
  if (forms.size === 0) return { start: passThrough, lookBehindBytes: 0 };
  const automaton = buildAutomaton([...forms.values()]);
  return { start: () => startRedactor(automaton), lookBehindBytes: automaton.longest - 1 };
}

/** A redactor for one stream that is read once. */
export const createRedactor = (secrets: readonly string[]): Redactor => createRedaction(secrets).start();

const passThrough = (): Redactor => ({ push: chunk => chunk, flush: () => nothing });

function startRedactor(automaton: Automaton): Redactor {
  let held: Uint8Array = nothing;
  let state = 0;
  return {
    push: chunk => {
      const bytes = held.length === 0 ? chunk : joined(held, chunk);
      const stars = starrer(bytes, bytes !== chunk);
      state = automaton.scan(bytes, held.length, state, stars.blot);
      const certain = bytes.length - automaton.depth(state);
      const redacted = stars.bytes();
      // A copy: the caller's memory may hold something else by the next call.
      held = new Uint8Array(redacted.subarray(certain));
      return redacted.subarray(0, certain);
    },
    flush: () => {
      const rest = held;
      held = nothing;
      state = 0;
      return rest;
    },
  };
}

/**
 * Matches come in order of their ends; only a longer one reaches back behind what is starred already. Bytes that are not
 * ours to change are copied at the first match.
 */
function starrer(given: Uint8Array, isOurs: boolean) {
  let bytes = isOurs ? given : null;
  let [from, to] = [0, 0];
  return {
    blot(last: number, length: number): void {
      const first = last + 1 - length;
      bytes ??= new Uint8Array(given);
      bytes.fill(star, first >= from ? Math.max(first, to) : first, last + 1);
      if (first < from || first > to) from = first;
      to = last + 1;
    },
    bytes: () => bytes ?? given,
  };
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
