/**
 * What is wrong in one line and where in the next: rustc's `error[E0308]: …` and `  --> file:line:column`, its panics, CMake's and Biome's heads;
 * and ESLint's file with its errors below.
 */
import type { Inside } from './checkout-path.ts';
import { type CompilerError, digitsAt, type LineReader, looksLikeFile } from './compiler-error.ts';

/** Lines between what is wrong and where. */
const patience = 4;

type Place = { path: string; line: number; column: number | null };

export function createHeadedReader(): LineReader {
  let error: { message: string; at: number } | null = null;
  let place: (Place & { at: number }) | null = null;
  let file: string | null = null;

  function located(line: string, inside: Inside): CompilerError | null {
    const [, arrow] = /^\s*--> (.+)$/.exec(line) ?? [];
    if (arrow === undefined || !error) return null;
    const [found, { message, at }] = [placeOf(arrow, inside), error];
    error = null;
    return found && { ...found, message, at };
  }

  /** A panic, or a head of CMake or Biome: what is wrong comes later. */
  function expects(line: string, at: number, inside: Inside): void {
    const [, called] = /^CMake Error at (\S+) \(\w{1,80}\):$/.exec(line) ?? [];
    if (called !== undefined) {
      const found = placeOf(`${called}:1`, inside);
      place = found && { ...found, column: null, at };
      return;
    }
    const panic = line.lastIndexOf(' panicked at ');
    const isHead = line.includes('━━━');
    if (panic === -1 && !isHead) return;
    const said = isHead ? (line.split(' ', 1)[0] ?? '') : line.slice(panic + ' panicked at '.length);
    const found = placeOf(said.replace(/:$/, ''), inside);
    place = found && { ...found, at };
  }

  function told(line: string, at: number): CompilerError | null {
    if (!place || line.trim() === '') return null;
    const { at: _, ...where } = place;
    const isLate = at - place.at > patience;
    const message = /^\s*[!i] /.test(line) ? '' : line.trim().replace(/^[×✖] /, '');
    place = null;
    return isLate || message === '' ? null : { ...where, message, at };
  }

  function listed(line: string, at: number): CompilerError | null {
    const [all, row, column, message] = /^ {2,4}(\d{1,7}):(\d{1,5}) {1,9}error {1,9}(\S.*)$/.exec(line) ?? [];
    if (all === undefined || file === null || message === undefined) return null;
    return {
      path: file,
      line: Number(row),
      column: Number(column),
      message: message.replace(/\s+/g, ' '),
      at,
    };
  }

  return (line, at, inside) => {
    const found = located(line, inside) ?? told(line, at) ?? listed(line, at);
    if (found) return found;
    const [, level, code = '', said = ''] = /^(error|warning)(?:\[(\w{1,10})\])?: (.*)$/.exec(line) ?? [];
    if (level !== undefined)
      error = level === 'error' ? { message: code ? `${code}: ${said}` : said, at } : null;
    else if (error && at - error.at > patience) error = null;
    expects(line, at, inside);
    if (line !== '' && !line.startsWith(' ')) file = looksLikeFile(line) ? inside(line) : null;
    return null;
  };
}

/** `file:line:column` */
function placeOf(text: string, inside: Inside): Place | null {
  const last = text.lastIndexOf(':');
  const before = text.lastIndexOf(':', last - 1);
  const [line, column] = [digitsAt(text, before + 1), digitsAt(text, last + 1)];
  if (before < 1 || !line || !column || line.end !== last || column.end !== text.length) return null;
  const path = inside(text.slice(0, before));
  return path === null ? null : { path, line: line.value, column: column.value };
}
