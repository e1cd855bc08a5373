/**
 * Which lines of a failed step say why it failed. Pure; `lines` are plain. The first error counts: what comes after it is mostly
 * its consequence, and what build tools say last is always the same.
 */
import { limits } from '#shared/limits.ts';

/** Lines [from, to). */
export type Excerpt = { from: number; to: number };

const [before, after] = [2, 9];
/** Of an error further on, after the first. */
const [beforeNext, afterNext] = [1, 5];
/** Without a line that names an error: as much of the end is searched for a hint. */
const endLines = 40;
/** A build tool gives up this soon after what it gives up for. */
const causeLines = 15;

/** `errors` are lines that are known to say what is wrong. At most two parts, in their order; none of an empty log. */
export function errorLines(lines: readonly string[], errors: readonly number[]): Excerpt[] {
  const known = new Set(errors);
  const loud = lines.flatMap((line, at) => (known.has(at) || isLoud(line) ? at : []));
  const [first] = loud;
  if (first === undefined) return [ending(lines)].filter(({ from, to }) => from < to);
  const shown = trimmed(lines, first - before, first + after);
  const next = loud.find(at => at >= shown.to);
  const more =
    next === undefined ? [] : [trimmed(lines, Math.max(shown.to, next - beforeNext), next + afterNext)];
  return [shown, ...more];
}

/** Of a step that hung: what it said last. */
export function lastLines(lines: readonly string[]): Excerpt[] {
  const end = lines.findLastIndex(line => line.trim() !== '') + 1;
  return [trimmed(lines, end - before - after, end)].filter(({ from, to }) => from < to);
}

const isLoud = (line: string): boolean => {
  const start = line.slice(0, limits.errorLineChars);
  return loudly.some(pattern => pattern.test(start)) && !isCalm(start);
};

/** What compilers, linkers, interpreters, shells and test programs write where something is wrong, and nowhere else. */
const loudly = [
  /\berror(?:\[\w{1,10}\])?: /i,
  /^\s*(?:\[ERROR\]|ERROR|FATAL|CRITICAL|fatal:|panic:|FAIL\b|FAILED\b|--- FAIL|not ok\b|E {3}\S|[✕✗✘×✖●] )/,
  /^[\w.]{0,80}(?:Error|Exception|Failure)(?:: |$)/,
  /^Traceback \(most recent|\bpanicked at\b|\bSegmentation fault\b|\bcore dumped\b|\bAddressSanitizer\b/,
  /\bundefined reference to\b|\bmultiple definition of\b|\b[Aa]ssert(?:ion)? .{0,200}\bfail/,
  /^npm (?:error|ERR!) |^\w{0,20}make(?:\[\d{1,3}\])?: \*\*\* /,
  /: command not found$|: No such file or directory$|: Permission denied$|: not found$/,
];

/** Nothing is wrong where there are none of it, or where it is only the name of a thing. */
const isCalm = (line: string): boolean =>
  /\b(?:0|no) (?:errors?|failures?|failed|failing)\b|\b(?:errors?|failures?|failed)\s?[:=]\s?0\b|# TODO|# SKIP/i.test(
    line,
  ) || epitaph.test(line);

/** What build tools say last, of every failure. That there is no rule for a target is none of it. */
const epitaph = new RegExp(
  [
    String.raw`^\w{0,20}make(?:\[\d{1,3}\])?: (?:\*\*\* .{0,500}\bError -?\d|Leaving |Target .{0,500} not remade|stopped in )`,
    String.raw`^\*\*\* Error code|^Stop\.$|^ninja: build stopped|^FAILED: |^error: could not compile|^Error: Process completed`,
    String.raw`^npm (?:error|ERR!) (?:code (?:ELIFECYCLE|\d)|errno|path|workspace|location|command|Lifecycle|Exit status|Failed at|A complete log)`,
  ].join('|'),
);

const hints =
  /\b(?:error|fail(?:ed|ure|s)?|cannot|can't|could not|couldn't|unable to|no such|not found|denied|refused|invalid|missing|killed|abort(?:ed)?|exception|timed? ?out|exit (?:code|status) [1-9])\b/i;

/** Near the end something may hint at what is wrong; else the end is all there is. */
function ending(lines: readonly string[]): Excerpt {
  const filled = lines.findLastIndex(line => line.trim() !== '') + 1;
  const gaveUp = lines.findIndex((line, at) => at >= filled - endLines && epitaph.test(line));
  const [from, to] = gaveUp === -1 ? [filled - endLines, filled] : [gaveUp - causeLines, gaveUp];
  for (let at = Math.max(0, from); at < to; at++) {
    const line = (lines[at] ?? '').slice(0, limits.errorLineChars);
    if (hints.test(line) && !isCalm(line)) return trimmed(lines, at - before, at + after);
  }
  const end = gaveUp === -1 ? filled : gaveUp + 1;
  return trimmed(lines, end - before - after, end);
}

/** Within the log, and without empty lines at both ends, nor what is said of every failure. */
function trimmed(lines: readonly string[], start: number, end: number): Excerpt {
  let [from, to] = [Math.max(0, start), Math.min(end, lines.length)];
  const isEmpty = (at: number): boolean => (lines[at] ?? '').trim() === '';
  while (from < to && isEmpty(from)) from++;
  while (from < to && (isEmpty(to - 1) || epitaph.test(lines[to - 1] ?? ''))) to--;
  return { from, to };
}
