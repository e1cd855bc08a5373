/** Lines that others write: titles of commits and of pull requests, names of people. */
import { limits } from './limits.ts';
import { withoutSequences, withoutUnseen } from './log-text.ts';

const lineEnds = /[\n\r\v\f\u0085\u2028\u2029]/;

/**
 * The first line that is not empty, at most `limits.titleChars` long; may be empty. Wherever it is shown it stays one line
 * and leaves its neighbours alone: it has no control sequences and nothing that turns the direction of text.
 */
export const titleFrom = (text: string): string =>
  withoutUnseen(withoutSequences((text.trimStart().split(lineEnds, 1)[0] ?? '').replace(/\s+/g, ' ')))
    .trim()
    .slice(0, limits.titleChars)
    // Half of a character that did not fit.
    .replace(/[\ud800-\udbff]$/, '');
