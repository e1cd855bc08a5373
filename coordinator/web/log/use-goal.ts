/** Going to a line, as soon as it is known and whatever hides it. */
import { useEffect, useState } from 'react';
import type { Lines } from './line-store.ts';
import type { LogModel } from './log-model.ts';
import type { Rows } from './rows.ts';
import type { Align, Scroller } from './use-scroller.ts';

export type GoalOptions = {
  model: LogModel;
  rows: Rows;
  scroller: Scroller;
  isOver: boolean;
  /** Opens the step, if it is folded. */
  unfold(step: number): void;
};

type Goal = { line: number; align: Align };

export function useGoal({ model, rows, scroller, isOver, unfold }: GoalOptions): (goal: Goal) => void {
  const [goal, setGoal] = useState<Goal | null>(null);
  const { document } = model;

  useEffect(() => {
    if (!goal || document.lines() === 0) return;
    if (goal.line >= document.lines() && !isOver) return;
    const index = rows.indexOf(Math.min(goal.line, document.lines() - 1));
    const row = rows.rowAt(index);
    // Rows are made anew when it is open, and then this is looked at again.
    if (row?.type === 'gap' && holds(row.gap, goal.line)) return model.openGap(row.gap);
    if (row?.type === 'step' && row.isFolded) return unfold(row.section.step ?? 0);
    scroller.scrollTo(index, goal.align);
    setGoal(null);
  });
  return setGoal;
}

const holds = ({ from, to }: Lines, line: number): boolean => line >= from && line < to;
