/** Paths that a step has printed → paths in the repository. Pure; whatever does not lie in the checkout is refused. */
import type { AttemptId } from '#shared/ids.ts';

/** @returns a path as the repository knows it, with `/`; null: outside, or no path that anybody could have written. */
export type Inside = (file: string) => string | null;

const longest = 300;

/**
 * Every attempt has its checkout at `…/<attempt>/checkout` (`agent/guest/workplace.ts`), so that an absolute path says by itself
 * whether it lies there. `directory` is where relative ones begin, seen from the checkout; null: outside of it.
 */
export function insideCheckout(attempt: AttemptId | null, directory: string | null): Inside {
  return file => {
    const own = withinCheckout(attempt, file.replaceAll('\\', '/').replace(/^file:\/\//, ''));
    if (own === null) return null;
    if (own.isAbsolute) return normalised(own.path);
    return directory === null ? null : normalised(`${directory}/${own.path}`);
  };
}

/** What stands behind the checkout, where a text names it; text of any form. */
export const withoutCheckout = (attempt: AttemptId, text: string): string => {
  const found = placeOfCheckout(attempt, text.replaceAll('\\', '/'));
  return found === null ? text : `${text.slice(0, found.from)}${text.slice(found.to)}`;
};

function withinCheckout(
  attempt: AttemptId | null,
  path: string,
): { path: string; isAbsolute: boolean } | null {
  const found = attempt === null ? null : placeOfCheckout(attempt, path);
  if (found) return { path: path.slice(found.to), isAbsolute: true };
  const isElsewhere = /^(?:[/~]|[A-Za-z]:)/.test(path) || path.includes('://');
  return isElsewhere ? null : { path, isAbsolute: false };
}

function placeOfCheckout(attempt: AttemptId, text: string): { from: number; to: number } | null {
  const name = `/${attempt}/checkout/`;
  const at = text.toLowerCase().lastIndexOf(name);
  if (at === -1) return null;
  let from = at;
  while (from > 0 && !/[\s"'`(=<>[]/.test(text[from - 1] ?? '')) from--;
  return { from, to: at + name.length };
}

/** Of a directory: where a tool has gone. */
export function insideDirectory(
  attempt: AttemptId | null,
  directory: string | null,
  named: string,
): string | null {
  const inside = insideCheckout(attempt, directory)(`${named}/.paddock`);
  return inside === null ? null : inside.slice(0, -'/.paddock'.length).replace(/^\.paddock$/, '');
}

function normalised(path: string): string | null {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return null;
  }
  const inside = segments.join('/');
  return inside === '' || inside.length > longest || strange.test(inside) ? null : inside;
}

/** No compiler quotes them, so that what holds one is a sentence, not a path. */
const strange = /[\s"'`<>|*?:\p{Cc}\p{Cf}]/u;
