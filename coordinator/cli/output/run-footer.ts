/** What stands under the moving logs of a run. Pure. */
import type { JobSummary, RunView } from '#shared/api.ts';
import { texts } from '../texts.ts';
import { plainLine } from './log-text.ts';
import { fittingRows, headLine, type Look } from './run-lines.ts';
import { shapeOf } from './standing.ts';
import { clip } from './text-width.ts';

/** The head, and a line that the log above may have begun and not drawn. */
const rowsBesideJobs = 3;

export type FooterFacts = {
  run: RunView;
  /** The line that a job's log has begun; it is shown when there is only one log. */
  begun(job: JobSummary): Uint8Array;
  rows: number;
};

export function footerLines({ run, begun, rows }: FooterFacts, look: Look): string[] {
  const [job, ...more] = run.jobs;
  if (!job) return [`  ${shapeOf(run.standing, look.colors)} ${clip(preparing(run), look.width - 4)}`];
  if (more.length > 0) return [headLine(run, look), ...fittingRows(run.jobs, look, rows - rowsBesideJobs)];
  const line = plainLine(begun(job));
  return [...(line === '' ? [] : [clip(line, look.width)]), ...fittingRows(run.jobs, look, 1)];
}

const preparing = ({ commit, message }: RunView): string =>
  message === null ? texts.preparing(commit) : texts.preparingAgain(message);
