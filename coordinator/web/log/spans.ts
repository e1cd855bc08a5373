/**
 * A line that was printed for a terminal as pieces of text with a look. Sequences are read by `@ansi-tools/parser`, a whole
 * ECMA-48 state machine without dependencies. Looked at and not taken: anser and ansi-sequence-parser know SGR alone and
 * leave the rest of a title or a link standing in the text; ansi_up and fancy-ansi make HTML, which would have to be trusted;
 * xterm is a terminal of 200 kB. What SGR means is in `sgr.ts`; the text is the one that the search of the coordinator sees.
 */
import { parse } from '@ansi-tools/parser';
import { lastDrawn, withoutUnseen } from '#shared/log-text.ts';
import { type Look, lookAfter } from './sgr.ts';

export type Span = { text: string; look: Look; href: string | null };

export type Drawn = {
  spans: Span[];
  /** How the next line begins to look. A link ends with its line: one that nobody ended would be all the rest. */
  look: Look;
};

/** Sequences begin with control characters. */
const hasControls = /\p{Cc}/u;

export function spansOf(line: string, look: Look): Drawn {
  const printed = hasControls.test(line)
    ? runsOf(line, look)
    : { runs: [{ text: line, look, href: null }], look };
  const { start, end } = lastDrawn(printed.runs.map(({ text }) => text).join(''));
  let at = 0;
  const spans: Span[] = [];
  for (const run of printed.runs) {
    const text = withoutUnseen(run.text.slice(Math.max(0, start - at), Math.max(0, end - at)));
    if (text !== '') spans.push({ ...run, text });
    at += run.text.length;
  }
  return { spans, look: printed.look };
}

function runsOf(line: string, before: Look): { runs: Span[]; look: Look } {
  const runs: Span[] = [];
  let look = before;
  let href: string | null = null;
  for (const code of parse(line)) {
    if (code.type === 'TEXT') runs.push({ text: code.raw, look, href });
    else if (code.type === 'CSI' && code.command === 'm')
      look = lookAfter(look, code.parameterGroups ?? groupsOf(code.params));
    else if (code.type === 'OSC' && code.command === '8') href = safeLink(code.params.slice(1).join(';'));
  }
  return { runs, look };
}

/** No parameter at all means 0. */
const groupsOf = (params: readonly string[]): string[][] =>
  params.length === 0 ? [['0']] : params.map(param => [param]);

/** Only what opens a page or a letter; nothing that runs, reads files or shows what it is not. */
const safeSchemes = new Set(['http:', 'https:', 'mailto:']);
const linkChars = 2_048;

function safeLink(address: string): string | null {
  if (address.length > linkChars) return null;
  const url = URL.parse(address);
  return url && safeSchemes.has(url.protocol) ? url.href : null;
}

/** `at`: where in the line it begins. */
export type MarkedSpan = Span & { at: number; isHit: boolean };

/** The same look with parts of the text marked; ranges are in order and do not overlap. */
export function markSpans(spans: readonly Span[], ranges: readonly [number, number][]): MarkedSpan[] {
  const marked: MarkedSpan[] = [];
  let at = 0;
  let next = 0;
  for (const span of spans) {
    const end = at + span.text.length;
    let from = at;
    while (from < end) {
      while ((ranges[next]?.[1] ?? Number.POSITIVE_INFINITY) <= from) next++;
      const [hitFrom, hitTo] = ranges[next] ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      const isHit = hitFrom <= from;
      const to = Math.min(end, isHit ? hitTo : hitFrom);
      marked.push({ ...span, text: span.text.slice(from - at, to - at), at: from, isHit });
      from = to;
    }
    at = end;
  }
  return marked;
}

/** Where a pattern matches a text; matches of nothing are none, and so many in one line are enough to see. */
export function hitsIn(text: string, pattern: RegExp, most = 500): [number, number][] {
  const hits: [number, number][] = [];
  for (const match of text.matchAll(new RegExp(pattern, `${pattern.flags}g`))) {
    if (match[0] !== '') hits.push([match.index, match.index + match[0].length]);
    if (hits.length >= most) break;
  }
  return hits;
}

/** The first `most` characters, and how many more there are. */
export function cutSpans(spans: readonly Span[], most: number): { spans: Span[]; more: number } {
  const kept: Span[] = [];
  let room = most;
  let more = 0;
  for (const span of spans) {
    // Half of a surrogate pair is no character.
    const text = span.text.slice(0, room).replace(/[\uD800-\uDBFF]$/, '');
    if (text !== '') kept.push(text === span.text ? span : { ...span, text });
    more += span.text.length - text.length;
    room -= span.text.length;
    if (room < 0) room = 0;
  }
  return { spans: kept, more };
}
