/**
 * `file:line:column: error: …`, as gcc, clang, javac, ghc, swiftc, mypy, tsc and nearly everybody writes it; of Go, of linters for
 * Python, of linkers and of make also without the word; Maven's `[ERROR] file:[line,column] …`.
 */
import type { Inside } from './checkout-path.ts';
import { type CompilerError, digitsAt, errorText, type LineReader, looksLikeFile } from './compiler-error.ts';

/** Colons of a line that are looked at: one of a drive, and some of a prefix. */
const colonsRead = 6;

type Place = { file: string; line: number; column: number | null; rest: string };

export function createColonReader(): LineReader {
  /** GHC and others say what is wrong in the next, indented line. */
  let unsaid: Omit<CompilerError, 'message' | 'at'> | null = null;
  let telling: string | null = null;

  function said(line: string, at: number): CompilerError | null {
    const [place, message] = [unsaid, line.trim().replace(/^• /, '')];
    if (place && message === '') return null;
    unsaid = null;
    return place && /^\s/.test(line) ? { ...place, message, at } : null;
  }

  function read(line: string, at: number, inside: Inside): CompilerError | null {
    const place = placeIn(line);
    if (!place) return null;
    const path = looksLikeFile(place.file) ? inside(place.file) : null;
    if (path === null) return null;
    const { line: number, column, rest } = place;
    const message = messageOf(line, place, telling);
    if (message === null) return null;
    if (message === '' || /^\[GHC-\d+\]$/.test(message)) {
      unsaid = { path, line: number, column };
      return null;
    }
    return { path, line: number, column, message: message || rest, at };
  }

  return (line, at, inside) => {
    const late = unsaid ? said(line, at) : null;
    if (late) return late;
    if (line.startsWith('E   ')) telling ??= line.slice(1).trim();
    const found = read(line, at, inside);
    if (found || line === '') telling = null;
    return found;
  };
}

function placeIn(line: string): Place | null {
  const start = prefixOf(line);
  let colon = line.indexOf(':', start);
  for (let tries = 0; colon !== -1 && tries < colonsRead; tries++, colon = line.indexOf(':', colon + 1)) {
    const file = line.slice(start, colon).trimStart();
    const place = line[colon + 1] === '[' ? bracketed(line, colon + 2) : numbered(line, colon + 1);
    if (place) return { file, ...place };
  }
  return null;
}

/** What Maven, Kotlin, webpack, Go's vet and MSBuild write before a place. */
function prefixOf(line: string): number {
  const [prefix = ''] = /^(?:\[ERROR\] +|ERROR in |e: |vet: |#\d{1,4} \d{1,6}\.\d{1,4} )/.exec(line) ?? [];
  return prefix.length;
}

/** `12`, `12:5`, `12:5-9`, each with what ends it. */
function numbered(text: string, from: number): Omit<Place, 'file'> | null {
  const line = digitsAt(text, from);
  if (!line) return null;
  const column = text[line.end] === ':' ? digitsAt(text, line.end + 1) : null;
  const end = column?.end ?? line.end;
  const range = text[end] === '-' ? (digitsAt(text, end + 1)?.end ?? end) : end;
  const [ending = ''] = /^(?::\s*| - |\s+|$)/.exec(text.slice(range, range + 80)) ?? [];
  if (ending === '' && range < text.length) return null;
  return { line: line.value, column: column?.value ?? null, rest: text.slice(range + ending.length) };
}

/** `12,5] …` */
function bracketed(text: string, from: number): Omit<Place, 'file'> | null {
  const line = digitsAt(text, from);
  const column = line && text[line.end] === ',' ? digitsAt(text, line.end + 1) : null;
  if (!line || !column || text[column.end] !== ']') return null;
  return { line: line.value, column: column.value, rest: text.slice(column.end + 1).trimStart() };
}

/** Without the word `error` only where a tool is known to say nothing else in this form. */
function messageOf(line: string, { file, column, rest }: Place, telling: string | null): string | null {
  const error = errorText(rest);
  if (error !== null) return error;
  if (/^\s/.test(line)) return null;
  if (line.startsWith('[ERROR] ') || line.startsWith('e: ')) return rest;
  if (/^(?:undefined reference to|multiple definition of|\*\*\* )/.test(rest)) return rest;
  if (file.endsWith('.go') && column !== null) return /^(?:warning|note)\b/.test(rest) ? null : rest;
  if (column !== null && /^[A-Z]{1,5}\d{2,5}\b/.test(rest)) return rest;
  return /^[A-Z]\w{0,60}(?:Error|Exception)$/.test(rest) ? (telling ?? rest) : null;
}
