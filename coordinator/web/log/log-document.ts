/**
 * One log as far as it is here: what its connection brought, the lines that were fetched, its steps, gaps and end. Frames
 * may come in any cut, and the log may begin anew; what is here always fits together.
 */
import type { LogSocketFrame } from '#shared/api.ts';
import type { LogSeal, Mark } from '#shared/attempt.ts';
import type { LogLines, LogView } from '#shared/log-api.ts';
import { unpackMoments } from '#shared/log-moments.ts';
import { bytesOf } from './base64.ts';
import { blockOf, type LineBlock, placeIn } from './line-block.ts';
import { createLineStore, type Lines } from './line-store.ts';
import { type Place, type Section, sectionsOf } from './sections.ts';
import { createTail, type Tail } from './tail.ts';
import { createTimes } from './times.ts';

/** Bytes of lines that are kept in this tab; others are fetched again when they are looked at. */
const budgetBytes = 48 * 1024 * 1024;

export type LogDocument = ReturnType<typeof createLogDocument>;

export function createLogDocument() {
  const store = createLineStore(budgetBytes);
  const times = createTimes();
  const marks: Mark[] = [];
  const places = new Map<number, Place>();
  let tail: Tail | null = null;
  let gaps: Lines[] = [];
  let known = { lines: 0, bytes: 0 };
  let seal: LogSeal | null = null;
  let sections: Section[] = sectionsOf([], () => null);
  /** How often the log began anew: whatever was kept of it elsewhere is void then. */
  let beginnings = 0;

  /** Of a live log only what the connection brought counts: it brings the rest as well, and in order. */
  const lines = () => tail?.lines() ?? (seal ? known.lines : 0);

  function beginTail(line: number, offset: number): Tail {
    tail = createTail({ line, offset }, block => store.add(block));
    return tail;
  }

  function beginAnew(): void {
    store.clear();
    times.clear();
    places.clear();
    gaps = [];
    tail = null;
    known = { lines: 0, bytes: 0 };
    seal = null;
    beginnings += 1;
    placeMarks();
  }

  function placeNow(mark: Mark): Place | null {
    if (tail && mark.offset === tail.offset()) return tail.place();
    const block = store.findByte(mark.offset);
    return block && mark.offset < block.offset + block.used ? placeIn(block, mark.offset) : null;
  }

  function placeMarks(): void {
    for (const mark of marks) {
      const place = places.get(mark.seq) ?? placeNow(mark);
      if (place) places.set(mark.seq, place);
    }
    sections = sectionsOf(marks, mark => places.get(mark.seq) ?? null);
  }

  function addMarks(more: readonly Mark[]): void {
    for (const mark of more) {
      if (mark.seq !== marks.length) continue;
      marks.push(mark);
      times.mark(mark.at, mark.offset);
    }
    placeMarks();
  }

  function takeBytes(offset: number, bytes: Uint8Array, at: number | undefined): void {
    if (tail && offset < tail.offset()) beginAnew();
    const end = tail ?? beginTail(0, offset);
    if (at !== undefined) times.add({ at, from: offset, to: offset + bytes.length });
    end.push(bytes);
    if (places.size < marks.length) placeMarks();
  }

  function skip(frame: Extract<LogSocketFrame, { type: 'skipped' }>): void {
    if (tail && frame.from < tail.offset()) beginAnew();
    const from = tail ? (tail.open() ?? tail.lines()) : 0;
    const to = from + frame.lines;
    // What stands before the first bytes is not here yet, like any other line; what was skipped in between is a gap.
    if (tail && frame.lines > 0) gaps = [...gaps, { from, to }];
    beginTail(to, frame.to);
  }

  return {
    lines,
    sections: () => sections,
    gaps: () => gaps,
    seal: () => seal,
    marks: (): readonly Mark[] => marks,
    beginnings: () => beginnings,
    /** Where the connection goes on; null before it has brought anything. */
    offset: () => tail?.offset() ?? null,
    find: (line: number): LineBlock | null => store.find(line),
    timeOf: times.of,
    /** Marks that stand in bytes that are not here: the coordinator knows their lines. */
    hasUnplacedMarks: () => marks.some(mark => !places.has(mark.seq) && mark.offset <= (tail?.offset() ?? 0)),
    /** What of some lines is to be fetched. What the connection is about to bring is not. */
    missing: ({ from, to }: Lines, most: number): Lines[] =>
      store.missing({ from: Math.max(0, from), to: Math.min(to, lines()) }, most),
    /** Where the line that may still grow begins. */
    openLine: () => tail?.open() ?? null,
    takeFrame(frame: LogSocketFrame): void {
      if (frame.type === 'bytes') takeBytes(frame.offset, bytesOf(frame.bytes), frame.at);
      else if (frame.type === 'skipped') skip(frame);
      else if (frame.type === 'marks') addMarks(frame.marks);
      else {
        seal = frame.seal;
        placeMarks();
      }
    },
    takeView(view: LogView): void {
      known = { lines: view.lines, bytes: view.bytes };
      seal ??= view.seal;
      times.learn(unpackMoments(view.moments), view.bytes);
      for (const [index, mark] of view.marks.entries()) {
        const place = view.places[index];
        if (place) places.set(mark.seq, place);
      }
      addMarks(view.marks);
    },
    takeLines(answer: LogLines): void {
      if (answer.lines > 0)
        store.add(blockOf(answer.first, answer.offset, bytesOf(answer.bytes), answer.cut));
    },
    /** Shows the lines of a gap, which are fetched as any others. */
    openGap(gap: Lines): void {
      gaps = gaps.filter(each => each.from !== gap.from);
    },
  };
}
