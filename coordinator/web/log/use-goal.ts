/**
 * Going to a line, as soon as it is known and whatever hides it. Lines that come only now are taller or smaller than was
 * thought, so the goal stands until those around it are here, or until the reader goes elsewhere.
 */
import { useEffect, useRef, useState } from 'react';
import type { Lines } from './line-store.ts';
import type { LogModel, LogSnapshot } from './log-model.ts';
import type { Rows } from './rows.ts';
import type { Align, Scroller } from './use-scroller.ts';

export type GoalOptions = {
  model: LogModel;
  log: LogSnapshot;
  rows: Rows;
  scroller: Scroller;
  /** Opens the step, if it is folded. */
  unfold(step: number): void;
};

type Goal = { line: number; align: Align };

/** More than any screen shows. */
const aroundLines = 80;

export function useGoal({ model, log, rows, scroller, unfold }: GoalOptions) {
  const [goal, setGoal] = useState<Goal | null>(null);
  const latest = useRef<Goal | null>(null);
  const seen = useRef<unknown[]>([]);

  useEffect(() => {
    const now = [goal, log, rows];
    const isNew = now.some((each, index) => each !== seen.current[index]);
    seen.current = now;
    if (!goal || !isNew || log.lines === 0) return;
    if (goal.line >= log.lines && !log.seal) return;
    const line = Math.min(goal.line, log.lines - 1);
    const index = rows.indexOf(line);
    const row = rows.rowAt(index);
    // Rows are made anew when it is open, and then this is looked at again.
    if (row?.type === 'gap' && holds(row.gap, line)) return model.openGap(row.gap);
    if (row?.type === 'step' && row.isFolded) return unfold(row.section.step ?? 0);
    scroller.scrollTo(index, goal.align);
    const around = { from: line - aroundLines, to: line + aroundLines };
    if (model.document.missing(around, aroundLines).length === 0) set(null);
  });

  function set(next: Goal | null): void {
    latest.current = next;
    setGoal(next);
  }

  return {
    set,
    /** The lines that will be in view; null when those are that are. */
    lines(): Lines | null {
      const { current } = latest;
      return current && { from: current.line - aroundLines, to: current.line + aroundLines };
    },
  };
}

const holds = ({ from, to }: Lines, line: number): boolean => line >= from && line < to;
