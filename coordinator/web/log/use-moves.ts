/** Going somewhere in the log: to a line, a step, a failure, what was found. Whoever goes somewhere does not follow the end. */
import { useState } from 'react';
import { stepFrom } from './hits.ts';
import type { Lines } from './line-store.ts';
import type { LogModel, LogSnapshot } from './log-model.ts';
import type { Rows } from './rows.ts';
import { isFailed, type Section } from './sections.ts';
import { useGoal } from './use-goal.ts';
import type { Align, Scroller } from './use-scroller.ts';

export type MovesOptions = {
  model: LogModel;
  log: LogSnapshot;
  rows: Rows;
  scroller: Scroller;
  hits: readonly number[];
  unfold(step: number): void;
  setFollowing(isFollowing: boolean): void;
};

export type Moves = {
  /** The line found that is looked at. */
  current: number | null;
  forget(): void;
  toRow(row: number, align?: 'start' | 'end'): void;
  toLine(line: number, align: Align): void;
  /** What a failure says stands at the end of its step. */
  toFailure(section: Section): void;
  byStep(direction: 1 | -1): void;
  byHit(direction: 1 | -1): void;
  toNextFailure(): void;
  toEnd(): void;
  /** The reader goes where they like. */
  stay(): void;
  /** The lines on the way to which the view is; null when it is where it should be. */
  goalLines(): Lines | null;
  firstLine(): number;
};

export function useMoves({ model, log, rows, scroller, hits, unfold, setFollowing }: MovesOptions): Moves {
  const [current, setCurrent] = useState<number | null>(null);
  const isOver = log.seal !== null;
  const goal = useGoal({ model, log, rows, scroller, unfold });

  function toRow(row: number, align: 'start' | 'end' = 'start'): void {
    setFollowing(false);
    goal.set(null);
    scroller.scrollTo(row, align);
  }

  function toLine(line: number, align: Align): void {
    setFollowing(false);
    goal.set({ line, align });
  }

  function toFailure({ from, to }: Section): void {
    const end = to ?? { line: log.lines, column: 0 };
    toLine(Math.max(from.line, end.column > 0 ? end.line : end.line - 1), 'end');
  }

  function firstLine(): number {
    for (let index = scroller.top; index < rows.count; index++) {
      const row = rows.rowAt(index);
      if (row?.type === 'line') return row.line;
    }
    return Math.max(0, log.lines - 1);
  }

  return {
    current,
    forget: () => setCurrent(null),
    toRow,
    toLine,
    toFailure,
    firstLine,
    stay: () => goal.set(null),
    goalLines: goal.lines,
    byStep(direction) {
      const isNext = ({ index }: { index: number }) =>
        direction === 1 ? index > scroller.top : index < scroller.top;
      const next = direction === 1 ? rows.steps.find(isNext) : rows.steps.findLast(isNext);
      if (next) toRow(next.index);
      else if (direction === -1) toRow(0);
    },
    byHit(direction) {
      const line = stepFrom(hits, current ?? firstLine() - direction, direction);
      if (line === null) return;
      setCurrent(line);
      toLine(line, 'center');
    },
    toNextFailure() {
      const failures = rows.steps.filter(({ section }) => isFailed(section));
      const here = rows.stepAt(scroller.top)?.index ?? -1;
      const next = failures.find(({ index }) => index > here) ?? failures[0];
      if (next) toFailure(next.section);
    },
    toEnd: () => (isOver ? toRow(rows.count - 1, 'end') : setFollowing(true)),
  };
}
