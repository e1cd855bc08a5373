/**
 * Where an exception was thrown, of the frames it names the innermost that is the repository's own: Python's tracebacks and syntax
 * errors (also OCaml's `File "a.ml", line 3, characters …`), JavaScript's stacks.
 */
import type { Inside } from './checkout-path.ts';
import { type CompilerError, digitsAt, type LineReader } from './compiler-error.ts';

type Place = Pick<CompilerError, 'path' | 'line' | 'column'>;

/** Code of others that lies in the checkout. */
const foreign = /(?:^|\/)(?:node_modules|site-packages|dist-packages|\.venv|venv|\.tox|vendor)\//;

const own = (path: string | null): string | null => (path === null || foreign.test(path) ? null : path);

/** Frames are told from the outermost inwards, and the exception after them. */
export function createPythonReader(): LineReader {
  let innermost: Place | null = null;

  return (line, at, inside) => {
    const frame = frameOf(line);
    if (frame) {
      const path = own(inside(frame.file));
      if (path !== null) innermost = { path, line: frame.line, column: null };
      return null;
    }
    // What stands there is shown indented, or with the number of its line.
    if (!innermost || line === '' || /^(?:\s|\d{1,7} \|)/.test(line)) return null;
    const place = innermost;
    innermost = null;
    return /^[A-Za-z_][\w.]{0,100}(?::|$)/.test(line) ? { ...place, message: line, at } : null;
  };
}

function frameOf(line: string): { file: string; line: number } | null {
  const quote = line.trimStart().startsWith('File "') ? line.indexOf('"') : -1;
  const end = quote === -1 ? -1 : line.indexOf('", line ', quote);
  const number = end === -1 ? null : digitsAt(line, end + '", line '.length);
  return number && { file: line.slice(quote + 1, end), line: number.value };
}

/** A difference of what was expected may stand between exception and frames. */
const linesBetween = 60;

/** The exception comes first, and its frames from the innermost outwards. */
export function createStackReader(): LineReader {
  let thrown: { message: string; at: number } | null = null;

  return (line, at, inside) => {
    const text = line.trimStart();
    if (
      /^(?:Uncaught )?(?:[\w.]{1,60} )?\[?\w{0,60}(?:Error|Exception)(?: \[\w{1,60}\])?\]?: \S/.test(text)
    ) {
      thrown = { message: text, at };
      return null;
    }
    if (!thrown || !text.startsWith('at ')) return null;
    if (at - thrown.at > linesBetween) thrown = null;
    const place = thrown && stackPlace(text, inside);
    if (!place || !thrown) return null;
    const found = { ...place, ...thrown };
    thrown = null;
    return found;
  };
}

/** `at name (file:line:column)`, `at file:line:column` */
function stackPlace(text: string, inside: Inside): Place | null {
  const open = text.lastIndexOf('(');
  const said = text
    .slice(open === -1 ? 'at '.length : open + 1)
    .replace(/\)$/, '')
    .replace(/^async /, '');
  const last = said.lastIndexOf(':');
  const before = said.lastIndexOf(':', last - 1);
  const [line, column] = [digitsAt(said, before + 1), digitsAt(said, last + 1)];
  if (before < 1 || !line || !column) return null;
  const path = own(inside(said.slice(0, before)));
  return path === null ? null : { path, line: line.value, column: column.value };
}
