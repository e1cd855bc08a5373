/**
 * A run while it is watched. On a terminal its jobs stand under the moving logs and are kept up to date; elsewhere every
 * job gets a line when it starts and when it ends.
 */
import type { JobSummary, RunView, Standing } from '#shared/api.ts';
import { texts } from '../texts.ts';
import { createFooter } from './footer.ts';
import { createLogSink, type LogTarget } from './log-sink.ts';
import { footerLines } from './run-footer.ts';
import { headLine, jobLine, type Look } from './run-lines.ts';
import { isOver } from './standing.ts';
import type { Terminal } from './terminal.ts';

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

export function createRunScreen(terminal: Terminal, first: RunView, place: LogPlace): RunScreen {
  let run = first;
  const look = (): Look => ({
    colors: terminal.noteColors,
    width: terminal.noteColumns - 1,
    now: Date.now(),
  });
  const drawn = () => footerLines({ run, begun: sink.begun, rows: terminal.noteRows }, look());
  const footer = terminal.mayDraw ? createFooter(terminal, drawn) : null;
  const above: Above = print => (footer ? footer.above(print) : print());
  const sink = createLogSink(targetOf(terminal, place, above));
  const note = (text: string) => above(() => terminal.say(text));
  const tellChanges = createTeller(line => note(line));

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
      else tellChanges(run.jobs, look());
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

type Above = <Result>(print: () => Result) => Result;

function targetOf(terminal: Terminal, place: LogPlace, above: Above): LogTarget {
  const isAnswer = place === 'answer';
  const isScreen = isAnswer ? terminal.isScreen : terminal.isWatched;
  const send = async (bytes: Uint8Array | string) =>
    isAnswer ? terminal.write(bytes) : terminal.draw(bytes);
  return {
    isScreen,
    dim: (isAnswer ? terminal.colors : terminal.noteColors).dim,
    write: bytes => (isScreen ? above(() => send(bytes)) : send(bytes)),
  };
}

/** Says of every job what has become of it, once. */
function createTeller(tell: (line: string) => void): (jobs: readonly JobSummary[], look: Look) => void {
  const known = new Map<string, Standing>();
  return (jobs, look) => {
    for (const job of jobs) {
      // The end of a run's only job is the next thing that is said anyway.
      const isLast = jobs.length === 1 && isOver(job.standing);
      if (known.get(job.id) !== job.standing && !isLast) tell(jobLine(job, look));
      known.set(job.id, job.standing);
    }
  };
}
