/** The rows on the screen: which part of them the list is made of, where it is scrolled to, and staying there. */
import { useVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Rows } from './rows.ts';
import { type RowWindow, windowAround, windowAtEnd, windowFor, windowWithin } from './window.ts';

export const rowPx = 20;
/** The header that stays on top. */
export const stickyPx = 28;

export type Align = 'start' | 'center' | 'end';

export type Scroller = {
  box: RefObject<HTMLDivElement | null>;
  items: (VirtualItem & { row: number })[];
  heightPx: number;
  /** Of the longest line that has been in view, where lines do not wrap: all rows are so wide. */
  widthPx: number | undefined;
  measure: ((element: Element | null) => void) | undefined;
  /** Rows in view, the first and the one behind the last. */
  seen: { from: number; to: number };
  /** The first row that the header on top does not cover. */
  top: number;
  /** False after a scroll of ours that the list has not heard of yet: what it takes for seen is what was. */
  isSettled(): boolean;
  scrollTo(row: number, align: Align): void;
  isAtEnd(): boolean;
  /** Whether a row begins above what is in view. */
  isAbove(row: number): boolean;
};

export type ScrollerOptions = {
  rows: Rows;
  isMeasured: boolean;
  isFollowing: boolean;
  /** Another one when rows are not what they were. */
  layout: string;
};

export function useScroller({ rows: allRows, isMeasured, isFollowing, layout }: ScrollerOptions): Scroller {
  const rows = allRows.count;
  const box = useRef<HTMLDivElement>(null);
  const [state, setWindow] = useState<RowWindow>({ from: 0, count: 0 });
  const wish = useRef<{ row: number; align: Align } | null>(null);
  const anchor = useRef<{ row: number; px: number } | null>(null);
  const { from, count } = isFollowing ? windowAtEnd(state, rows) : windowWithin(state, rows);

  const list = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: index => (allRows.isTall(from + index) ? stickyPx : rowPx),
    getItemKey: useCallback((index: number) => from + index, [from]),
    overscan: 12,
    scrollPaddingStart: stickyPx,
  });

  // Heights belong to rows that are no longer the same.
  const [shown, setShown] = useState(layout);
  if (shown !== layout) {
    setShown(layout);
    list.measure();
  }

  const scrolled = list.scrollOffset ?? 0;
  const rowAt = (px: number) => from + (list.getVirtualItemForOffset(px)?.index ?? 0);
  const isAbove = (row: number) => {
    const start = list.measurementsCache[row - from]?.start;
    return start === undefined ? row < from : start < scrolled;
  };
  const first = rowAt(scrolled);
  const header = allRows.stepAt(first);
  const isCovered = header !== null && isAbove(header.index);
  const range = list.range ?? { startIndex: 0, endIndex: 0 };
  const seen = { from: from + range.startIndex, to: from + range.endIndex + 1 };

  const isSettled = () => wish.current === null && Math.abs((box.current?.scrollTop ?? 0) - scrolled) <= 1;

  useEffect(() => {
    if (!isFollowing && !isSettled()) return;
    const next = isFollowing ? { from, count } : windowFor({ from, count }, seen, rows);
    if (next.from === state.from && next.count === state.count) return;
    if (next.from !== from) {
      const start = list.measurementsCache[seen.from - from]?.start ?? 0;
      anchor.current = { row: seen.from, px: (box.current?.scrollTop ?? 0) - start };
    }
    setWindow(next);
  });

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (wish.current && wish.current.row >= from && wish.current.row < from + count) {
      list.scrollToIndex(wish.current.row - from, { align: wish.current.align });
      wish.current = null;
      anchor.current = null;
    } else if (anchor.current && anchor.current.row >= from) {
      const start = list.measurementsCache[anchor.current.row - from]?.start ?? 0;
      list.scrollToOffset(start + anchor.current.px);
      anchor.current = null;
    } else if (isFollowing) element.scrollTop = element.scrollHeight;
  });

  const [widthPx, setWidthPx] = useState(0);
  useLayoutEffect(() => {
    const wide = isMeasured ? 0 : (box.current?.scrollWidth ?? 0);
    if (wide > widthPx) setWidthPx(wide);
  });

  return {
    box,
    items: list.getVirtualItems().map(item => ({ ...item, row: from + item.index })),
    heightPx: list.getTotalSize(),
    widthPx: isMeasured ? undefined : widthPx,
    measure: isMeasured ? list.measureElement : undefined,
    seen,
    top: isCovered ? rowAt(scrolled + stickyPx) : first,
    isSettled,
    scrollTo(row, align) {
      wish.current = { row: Math.max(0, Math.min(row, rows - 1)), align };
      const isHere = row >= from && row < from + count;
      // A new object in any case: what is wished for is carried out when this is rendered.
      setWindow(isHere ? { from, count } : windowAround(row, rows));
    },
    isAbove,
    isAtEnd() {
      const element = box.current;
      if (!element || from + count < rows) return false;
      return element.scrollTop + element.clientHeight >= element.scrollHeight - 2 * rowPx;
    },
  };
}
