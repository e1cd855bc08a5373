/**
 * A run while it is watched. On a terminal its jobs stand under the moving logs and are kept up to date; elsewhere every
 * job gets a line when it starts and when it ends.
 */
import type { JobSummary, RunView, Standing } from '#shared/api.ts';
import { texts } from '../texts.ts';
import { createFooter, type Footer } from './footer.ts';
import { createLogSink } from './log-sink.ts';
import { plainLine } from './log-text.ts';
import { fittingRows, headLine, jobLine, type Look } from './run-lines.ts';
import { isOver, shapeOf } from './standing.ts';
import type { Terminal } from './terminal.ts';
import { clip } from './text-width.ts';

export type RunScreen = {
  update(run: RunView): void;
  log(job: JobSummary, bytes: Uint8Array): Promise<void>;
  logEnded(job: JobSummary): Promise<void>;
  /** A step begins at this point of the log. */
  step(job: JobSummary, index: number, names: readonly string[]): void;
  /** One line between those of the logs. */
  note(text: string): void;
  close(): void;
};

/** Whether the logs are the answer or go beside it. */
export type LogPlace = 'answer' | 'notes';

const rowsBesideJobs = 3;

export function createRunScreen(terminal: Terminal, first: RunView, place: LogPlace): RunScreen {
  let run = first;
  const look = (): Look => ({
    colors: terminal.noteColors,
    width: terminal.noteColumns - 1,
    now: Date.now(),
  });
  const isScreen = place === 'answer' ? terminal.isScreen : terminal.isWatched;
  const colors = place === 'answer' ? terminal.colors : terminal.noteColors;
  const footer: Footer | null = terminal.mayDraw ? createFooter(terminal, footerLines) : null;
  const above = <Result>(print: () => Result): Result => (footer ? footer.above(print) : print());
  const note = (text: string) => above(() => terminal.say(text));
  const sink = createLogSink({
    isScreen,
    dim: colors.dim,
    write(bytes) {
      const send = async () => (place === 'answer' ? terminal.write(bytes) : terminal.draw(bytes));
      return isScreen ? above(send) : send();
    },
  });

  function footerLines(): string[] {
    const [job, ...more] = run.jobs;
    if (!job) return [`  ${shapeOf(run.standing, look().colors)} ${clip(preparing(run), look().width - 4)}`];
    if (more.length === 0) return [...begunLine(job), ...fittingRows(run.jobs, look(), 1)];
    return [headLine(run, look()), ...fittingRows(run.jobs, look(), terminal.noteRows - rowsBesideJobs)];
  }

  function begunLine(job: JobSummary): string[] {
    const begun = isScreen ? plainLine(sink.begun(job)) : '';
    return begun === '' ? [] : [clip(begun, look().width)];
  }

  const known = new Map<string, Standing>();
  function tellChanges(): void {
    for (const job of run.jobs) {
      // The end of a run's only job is the next thing that is said anyway.
      const isLast = run.jobs.length === 1 && isOver(job.standing);
      if (known.get(job.id) !== job.standing && !isLast) note(jobLine(job, look()));
      known.set(job.id, job.standing);
    }
  }

  let isIntroduced = false;
  /** Once it is known what the run consists of. With several jobs the footer has the head, and the summary. */
  function introduce(): void {
    if (isIntroduced || run.jobs.length === 0 || (footer && run.jobs.length > 1)) return;
    note(headLine({ ...run, jobs: [] }, look()));
    isIntroduced = true;
  }

  return {
    update(next) {
      run = next;
      introduce();
      if (footer) footer.refresh();
      else tellChanges();
    },
    log: (job, bytes) => sink.write(job, bytes, run.jobs),
    logEnded: job => sink.end(job, run.jobs),
    step(_, index, names) {
      const isAlone = run.jobs.length === 1 && names.length > 1;
      if (isAlone) note(look().colors.dim(texts.step(index, names.length, names[index] ?? '')));
    },
    note,
    close: () => footer?.close(),
  };
}

const preparing = ({ commit, message }: RunView): string =>
  message === null ? texts.preparing(commit) : texts.preparingAgain(message);
