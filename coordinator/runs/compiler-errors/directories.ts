/** Where the tools of a build say that they are: make and ninja tell when they go into a directory. */
import type { AttemptId } from '#shared/ids.ts';
import { type Inside, insideCheckout, insideDirectory } from './checkout-path.ts';

/** Deeper than any build; what goes in without an end is no build. */
const deepest = 100;

export function createDirectories(attempt: AttemptId | null, start: string) {
  const stack: { directory: string | null; inside: Inside }[] = [at(start)];

  function at(directory: string | null) {
    return { directory, inside: insideCheckout(attempt, directory) };
  }

  return {
    /** Notes where the line says that a tool goes. */
    hear(line: string): void {
      const entered = quotedBehind(line, 'Entering directory ');
      if (entered !== null && stack.length < deepest)
        stack.push(at(insideDirectory(attempt, stack.at(-1)?.directory ?? null, entered)));
      if (stack.length > 1 && line.includes(': Leaving directory ')) stack.pop();
    },
    inside: ((file: string) => stack.at(-1)?.inside(file) ?? null) satisfies Inside,
  };
}

function quotedBehind(line: string, words: string): string | null {
  const from = line.indexOf(`: ${words}`);
  if (from === -1) return null;
  const quoted = line.slice(from + 2 + words.length);
  return /^[`'"]/.test(quoted) && quoted.length > 2 ? quoted.slice(1, -1) : null;
}
