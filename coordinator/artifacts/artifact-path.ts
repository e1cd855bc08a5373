/**
 * Which paths an artifact may have. The path comes from a machine that runs a stranger's code, and ends up on a page, in
 * a download's name and in other machines' file systems: it must mean the same, and stay inside, everywhere.
 */

const maxChars = 1_024;

/** Overrides of the writing direction, with which a name shows another ending than it has. */
const directionOverrides = /[\u202a-\u202e\u2066-\u2069]/;

/** Why a path is refused, in words; null when it is fine: relative, with `/`, no `..`, nothing invisible. */
export function pathProblem(path: string): string | null {
  if (path.length === 0) return 'it is empty';
  if (path.length > maxChars) return `it is longer than ${maxChars} characters`;
  if (!path.isWellFormed()) return 'it is not valid Unicode';
  if (/\p{Cc}/u.test(path)) return 'it has control characters';
  if (directionOverrides.test(path)) return 'it changes the writing direction';
  if (path.includes('\\')) return 'it has a backslash; folders are separated by "/"';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'it is absolute';
  const segments = path.split('/');
  if (segments.includes('..') || segments.includes('.')) return 'it has a "." or ".." segment';
  return segments.includes('') ? 'it has an empty segment' : null;
}
