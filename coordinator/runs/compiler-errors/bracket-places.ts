/** `file(line,column): error C2065: …`, as MSVC, MSBuild, C#, tsc and Pascal write it. */
import { digitsAt, errorText, type LineReader, looksLikeFile } from './compiler-error.ts';

const bracketsRead = 6;

export const createBracketReader = (): LineReader => (line, at, inside) => {
  const start = prefixOf(line);
  let open = line.indexOf('(', start);
  for (let tries = 0; open !== -1 && tries < bracketsRead; tries++, open = line.indexOf('(', open + 1)) {
    const place = placeAt(line, open + 1);
    const message = place && errorText(line.slice(place.end).replace(/^[\s:]+/, ''));
    const file = line.slice(start, open).trim();
    if (!place || message === null || !looksLikeFile(file)) continue;
    const path = inside(file);
    return path === null ? null : { path, line: place.line, column: place.column, message, at };
  }
  return null;
};

/** MSBuild says which of its processes it is; pipelines mark errors. */
function prefixOf(line: string): number {
  const [prefix = ''] = /^\s*(?:\d{1,3}>)?(?:##\[error\])?\s*/.exec(line.slice(0, 80)) ?? [];
  return prefix.length;
}

/** `12)`, `12,5)`, `12,5-9)`, `12,5,12,9)` */
function placeAt(text: string, from: number): { line: number; column: number | null; end: number } | null {
  const numbers: number[] = [];
  let at = from;
  for (;;) {
    const number = digitsAt(text, at);
    if (!number || numbers.length === 4) return null;
    numbers.push(number.value);
    at = number.end + 1;
    const ending = text[number.end];
    if (ending === ')') break;
    if (ending !== ',' && ending !== '-') return null;
  }
  const [line = 1, column = null] = numbers;
  return { line, column, end: at };
}
