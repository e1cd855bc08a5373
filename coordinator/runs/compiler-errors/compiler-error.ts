/** What a tool says is wrong at a place of the repository. */
import type { Inside } from './checkout-path.ts';

export type CompilerError = {
  /** In the repository. */
  path: string;
  line: number;
  column: number | null;
  message: string;
  /** Of the lines that were read, the one that says it; from 0. */
  at: number;
};

/**
 * Reads a log line by line; it may remember what came before. Each line costs time that grows with its length only, whatever
 * stands in it: strangers write them.
 */
export type LineReader = (line: string, at: number, inside: Inside) => CompilerError | null;

/** A number as a place of a file has it, from `from` on; null: there is none, or one that no file has. */
export function digitsAt(text: string, from: number): { value: number; end: number } | null {
  let end = from;
  while (end < text.length && end - from < 8 && isDigit(text.charCodeAt(end))) end++;
  const value = Number(text.slice(from, end));
  return end === from || end - from > 7 || value < 1 ? null : { value, end };
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** The message of `error: …`, `fatal error C1083: …`, `error TS2304: …`; null: it is no error, a warning or a note. */
export function errorText(rest: string): string | null {
  const [word = ''] = /^(?:fatal |internal compiler |syntax |parse )?error\b/i.exec(rest) ?? [];
  return word === '' ? null : rest.slice(word.length).replace(/^[:\s]+/, '');
}

/** Makefiles and their like have no ending. */
const named = /(?:^|\/)(?:GNUm|BSDm|M|m|R)akefile$|(?:^|\/)(?:Docker|Container|Gem|Pip)file$/;

/** What a tool calls a file, and is no host, number or word. */
export const looksLikeFile = (file: string): boolean =>
  /\.[A-Za-z][\w+]{0,11}$/.test(file) || named.test(file);
