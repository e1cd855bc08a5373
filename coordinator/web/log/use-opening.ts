/**
 * Where a log opens, and where its address leads. While it runs: at its end. When a step failed: at the end of the first
 * that did, because there it says why. When it ended in another way: at its end; when it passed, at its beginning.
 */
import { type RefObject, useEffect, useRef } from 'react';
import type { AttemptView } from '#shared/api.ts';
import type { Target } from './address.ts';
import type { LogSnapshot } from './log-model.ts';
import type { Rows } from './rows.ts';
import { isFailed } from './sections.ts';
import type { Moves } from './use-moves.ts';

export type OpeningOptions = {
  attempt: AttemptView;
  log: LogSnapshot;
  rows: Rows;
  moves: Moves;
  box: RefObject<HTMLElement | null>;
  target: Target;
};

export function useOpening({ attempt, log, rows, moves, box, target }: OpeningOptions): void {
  const isOpened = useRef(attempt.log === null);
  const followed = useRef<Target>(null);

  useEffect(() => {
    if (target !== null) {
      isOpened.current = true;
      if (followed.current === target) return;
      if (target.type === 'lines') {
        followed.current = target;
        moves.toLine(target.lines.from, 'center');
        show(box.current);
        return;
      }
      const header = rows.steps.find(({ section }) => section.step === target.step);
      if (!header) return;
      followed.current = target;
      moves.toRow(header.index);
      show(box.current);
    } else if (!isOpened.current && log.lines > 0) {
      isOpened.current = true;
      const failed = log.sections.find(isFailed);
      const hasPassed = attempt.end?.reason === 'exited' && attempt.end.exitCode === 0;
      if (failed) {
        moves.toFailure(failed);
        show(box.current);
      } else if (!hasPassed) moves.toEnd();
    }
  });
}

/** On a phone the log may begin below what is in view, and a line of it was asked for. */
const show = (lines: HTMLElement | null): void => lines?.scrollIntoView({ block: 'nearest' });
