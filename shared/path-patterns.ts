/**
 * Patterns over paths and names of branches: `*` and `?` within a part, `**` over any number of parts, `!` takes away.
 * What could never match is refused when the file is read: a suite that runs for no file would be a false green.
 */
import * as z from 'zod';
import { limits } from './limits.ts';

const wrongParts = (pattern: string): boolean =>
  pattern
    .replace(/^!/, '')
    .replace(/\/$/, '')
    .split('/')
    .some(part => part === '' || part === '.' || part === '..' || (part.includes('**') && part !== '**'));

const pattern = z
  .string()
  .max(limits.patternChars)
  .regex(
    /^!?[^!\\{}[\]|]+$/,
    'expected a pattern of names, `/`, `*`, `**` and `?`; `!` takes away, at its beginning',
  )
  .refine(
    text => !wrongParts(text),
    'expected parts between single slashes, none of them `.` or `..`; `**` is a part by itself',
  )
  .meta({ title: 'pattern' });

export const patterns = z.array(pattern).min(1).max(limits.patternsPerSuite);

export type Matches = (path: string) => boolean;

/** Whether a path is one of those: of one that is wanted (of any, where none is), and of none that is taken away. */
export function compilePatterns(written: readonly string[]): Matches {
  const isTaken = (text: string) => text.startsWith('!');
  const wanted = written.filter(text => !isTaken(text)).map(compile);
  const taken = written.filter(isTaken).map(text => compile(text.slice(1)));
  return path => {
    const parts = path.split('/');
    const isWanted = wanted.length === 0 || wanted.some(matches => matches(parts));
    return isWanted && !taken.some(matches => matches(parts));
  };
}

/** A directory is all in it, so whatever follows the pattern is matched too. */
function compile(text: string): (parts: readonly string[]) => boolean {
  const tests = [...text.replace(/\/$/, '').split('/').map(compilePart), anyParts];
  return parts => matchesInOrder(tests, parts, anyParts, (test, part) => test(part));
}

const anyParts: Matches = () => true;

function compilePart(text: string): Matches {
  if (text === '**') return anyParts;
  if (!/[*?]/.test(text)) return part => part === text;
  const wanted = [...text];
  return part => matchesInOrder(wanted, [...part], '*', (one, char) => one === '?' || one === char);
}

/**
 * `star` stands for any number of what is found. Only the newest one is ever tried again, which is enough, and takes
 * pattern × text steps at most: a regular expression made of such a pattern may take for ever.
 */
function matchesInOrder<Wanted, Found>(
  pattern: readonly Wanted[],
  text: readonly Found[],
  star: Wanted,
  isThat: (wanted: Wanted, found: Found) => boolean,
): boolean {
  let [at, seen, starAt, since] = [0, 0, -1, 0];
  while (seen < text.length) {
    const [wanted, found] = [pattern[at], text[seen]];
    if (wanted === star) {
      starAt = at++;
      since = seen;
    } else if (wanted !== undefined && found !== undefined && isThat(wanted, found)) {
      at += 1;
      seen += 1;
    } else if (starAt !== -1) {
      at = starAt + 1;
      seen = ++since;
    } else return false;
  }
  while (pattern[at] === star) at += 1;
  return at === pattern.length;
}
