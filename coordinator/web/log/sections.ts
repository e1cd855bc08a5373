/** A log as its steps: each section is the bytes between two marks, told in lines and columns. */
import type { Mark } from '#shared/attempt.ts';

export type Place = { line: number; column: number };

export type StepEnd = { at: number; exitCode: number | null; signal: string | null; lateBytes: number };

export type Section = {
  /** Null for what stands before, between and behind the steps. */
  step: number | null;
  startedAt: number | null;
  end: StepEnd | null;
  from: Place;
  /** Where the next section begins; null where this one still grows. */
  to: Place | null;
};

const isBefore = (a: Place, b: Place): boolean =>
  a.line < b.line || (a.line === b.line && a.column < b.column);

/** The sections of a log by its marks in order, as far as their places are known. Sections of nobody that are empty are none. */
export function sectionsOf(marks: readonly Mark[], placeOf: (mark: Mark) => Place | null): Section[] {
  const sections: Section[] = [];
  let open: Section = nobodys({ line: 0, column: 0 });
  const close = (to: Place, end: StepEnd | null = null) => {
    if (open.step !== null || isBefore(open.from, to)) sections.push({ ...open, to, end });
  };
  for (const mark of marks) {
    const place = placeOf(mark);
    if (!place) break;
    if (mark.type === 'step-started') {
      close(place);
      open = { step: mark.step, startedAt: mark.at, end: null, from: place, to: null };
    } else {
      const { at, exitCode, signal = null, lateBytes } = mark;
      close(place, { at, exitCode, signal, lateBytes });
      open = nobodys(place);
    }
  }
  sections.push(open);
  return sections;
}

const nobodys = (from: Place): Section => ({ step: null, startedAt: null, end: null, from, to: null });

/** How a step stands. `isOver`: nothing more comes, so what has not ended was cut short. */
export function standingOf({ end }: Section, isOver: boolean): 'running' | 'passed' | 'failed' | 'cancelled' {
  if (!end) return isOver ? 'cancelled' : 'running';
  return end.exitCode === 0 ? 'passed' : 'failed';
}

export const isFailed = (section: Section): boolean => section.end !== null && section.end.exitCode !== 0;
