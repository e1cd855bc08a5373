/**
 * How a token of a person or a program looks: `paddock_`, 40 hexadecimal digits of chance, 8 that check them. The prefix is
 * for programs that look for secrets in what people publish; the check tells them, and us, a token from a text that only
 * looks like one, without a look at the rows. 160 bits of chance need no salt: SHA-256 is what is stored.
 */
import { createHash, randomBytes } from 'node:crypto';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const checkOf = (body: string): string => sha256(`paddock token ${body}`).slice(0, 8);

/** `text` is shown once; `hash` is stored. */
export function makeApiToken(): { text: string; hash: string } {
  const body = randomBytes(20).toString('hex');
  const text = `paddock_${body}${checkOf(body)}`;
  return { text, hash: hashApiToken(text) };
}

/** Whether it means to be one: no other token of ours begins so. */
export const isApiToken = (text: string): boolean => text.startsWith('paddock_');

/** Whether it can be one at all. */
export function isWellFormed(text: string): boolean {
  const [, body = '', check = ''] = /^paddock_([0-9a-f]{40})([0-9a-f]{8})$/.exec(text) ?? [];
  return body !== '' && checkOf(body) === check;
}

/** Under which it is stored and found. */
export const hashApiToken = (text: string): string => sha256(text);
