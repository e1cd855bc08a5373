/** Every regular expression of the product, as it is written, and how long it takes over strings that are meant to delay it. */
import { readFile } from 'node:fs/promises';
import { type Context, createContext, Script } from 'node:vm';
import { parseSync } from 'oxc-parser';
import { glob } from 'tinyglobby';

export type Pattern = { place: string; source: string; flags: string };

/** All literals of these files. */
export async function patternsIn(root: string, globs: readonly string[]): Promise<Pattern[]> {
  const files = (await glob([...globs], { cwd: root })).sort();
  const found: Pattern[] = [];
  for (const file of files) {
    const text = await readFile(`${root}/${file}`, 'utf8');
    const walk = (node: unknown): void => {
      if (node === null || typeof node !== 'object') return;
      if (Array.isArray(node)) {
        for (const each of node) walk(each);
        return;
      }
      const { regex, ...rest } = node as { regex?: { pattern: string; flags: string } };
      if (regex) found.push({ place: file, source: regex.pattern, flags: regex.flags });
      for (const each of Object.values(rest)) walk(each);
    };
    walk(parseSync(file, text).program);
  }
  return found;
}

const usual = [
  'a',
  'A',
  '0',
  ' ',
  '\t',
  '\n',
  '-',
  '.',
  '/',
  '_',
  ':',
  '=',
  '"',
  '(',
  '<',
  '[',
  ' a',
  'a.',
  'a ',
  '0.',
  '\u00e9',
  '\u202e',
];

/** What is repeated: usual characters, and those that the expression names, alone and by twos. */
function pumpsFor(source: string): string[] {
  const plain = [...new Set(source.replace(/\\[a-zA-Z]|[[\](){}|?*+^$\\]/g, ' ').replace(/ +/g, ''))].slice(
    0,
    14,
  );
  const pairs = plain.slice(0, 6).flatMap(one => plain.slice(0, 6).map(other => one + other));
  return [...new Set([...usual, ...plain, ...pairs])];
}

/** How hostile strings begin: with nothing, and with what the expression wants first. */
function headsFor(source: string): string[] {
  const words = source.match(/[\w:/<"=. -]{2,}/g) ?? [];
  return ['', ...words.slice(0, 2)];
}

/** Longer is not looked at in one piece anywhere, or is bounded before. */
const length = 32_000;
/** A linear expression needs well under a millisecond for such a string; one of the square of its length, half a second. */
const allowedMs = 150;

/** The string over which an expression takes longer than it may, in words; null when there is none. */
export function slownessOf({ source, flags }: Pattern): string | null {
  const strings = headsFor(source).flatMap(head =>
    pumpsFor(source).flatMap(pump => ['\u0001', ''].map(tail => ({ head, pump, tail }))),
  );
  const sandbox = createContext({ source, flags: flags.replace('y', ''), texts: strings.map(textOf) });
  // All at once; only where that takes too long they are tried one by one.
  if (!overrun(everything, sandbox, 3 * allowedMs)) return null;
  for (const one of strings) {
    sandbox.texts = [textOf(one)];
    // Twice: the computer may have been busy with something else.
    if (overrun(everything, sandbox, allowedMs) && overrun(everything, sandbox, allowedMs))
      return `${JSON.stringify(one.head)}, then ${JSON.stringify(one.pump)} again and again`;
  }
  return null;
}

const everything = new Script(
  '{ const pattern = new RegExp(source, flags); for (const text of texts) { pattern.lastIndex = 0; pattern.test(text); } }',
);

const textOf = ({ head, pump, tail }: { head: string; pump: string; tail: string }): string =>
  head + pump.repeat(length / pump.length) + tail;

function overrun(script: Script, sandbox: Context, timeout: number): boolean {
  try {
    script.runInContext(sandbox, { timeout });
    return false;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return true;
    throw error;
  }
}
