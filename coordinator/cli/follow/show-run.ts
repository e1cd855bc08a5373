import { type JobSummary, type JobView, jobView, type RunView, runView } from '#shared/api.ts';
import type { AttemptId } from '#shared/ids.ts';
import type { Client } from '../client.ts';
import { CliError } from '../errors.ts';
import type { RunScreen } from '../output/run-screen.ts';
import { isOver } from '../output/standing.ts';
import { texts } from '../texts.ts';
import { followLog, isExact } from './log-stream.ts';
import { askPatiently, type Patience } from './patience.ts';
import { watch } from './watch.ts';

/**
 * Shows a run, on a screen or to nobody, until it is over and its logs have ended, or the signal aborts.
 * @returns the run as it was seen last
 */
export async function showRun(
  client: Client,
  started: RunView,
  screen: RunScreen | null,
  patience: Patience,
): Promise<RunView> {
  const load = () => client.get(`/api/v1/runs/${started.id}`, runView);
  const logs = new Map<AttemptId, Promise<void>>();
  let seen = started;
  for await (const run of watch(client, started.id, load, patience)) {
    seen = run;
    screen?.update(run);
    for (const job of screen ? run.jobs : [])
      if (screen && job.attempt && !logs.has(job.attempt))
        logs.set(job.attempt, showLog(client, job, job.attempt, screen, patience));
    if (isOver(run.standing)) break;
  }
  await Promise.all(logs.values());
  return seen;
}

/** Whether the attempt before the newest is void; else somebody asked for another one. */
export function wasLost({ attempts, history }: JobView): boolean {
  const end = history.find(({ number }) => number === attempts - 1)?.end;
  return end?.reason === 'lost' || end?.reason === 'setup-failed';
}

/** A log that cannot be shown is said to be one; the verdict does not depend on it. */
async function showLog(
  client: Client,
  job: JobSummary,
  attempt: AttemptId,
  screen: RunScreen,
  patience: Patience,
): Promise<void> {
  try {
    const view = await askPatiently(() => client.get(`/api/v1/jobs/${job.id}`, jobView), patience);
    if (view === null) return;
    if (job.attempts > 1) screen.note(texts.retried(job.image, job.suite, job.attempts, wasLost(view)));
    for await (const piece of followLog(client, attempt, 0, patience))
      if (piece.type === 'bytes') await screen.log(job, piece.bytes);
      else if (piece.type === 'end' && isExact(piece) === false) screen.note(texts.differs(attempt));
      else if (piece.type === 'mark' && piece.mark.type === 'step-started')
        screen.step(
          job,
          piece.mark.step,
          view.steps.map(({ name }) => name),
        );
    await screen.logEnded(job);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    screen.note(error.message);
  }
}
