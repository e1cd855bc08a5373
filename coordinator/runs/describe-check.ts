/** All that a check run shows, worked out when it leaves. Logs are read of what is over only: nothing more will be said there. */
import type { JobSummary } from '#shared/api.ts';
import { checkName } from '#shared/forge-status.ts';
import { type Instant, type RunId, runId } from '#shared/ids.ts';
import type { CheckPayload } from '../store/forge-payloads.ts';
import type { WriteOf } from '../store/forge-writes.ts';
import { listJobsOfRun } from '../store/jobs.ts';
import type { Tx } from '../store/store.ts';
import { browseAttempts } from './attempt-views.ts';
import { type BrowsePorts, browseRun, jobUrl } from './browse.ts';
import { browseRunTests } from './browse-tests.ts';
import { type CheckAnnotation, checkAnnotations } from './check-annotations.ts';
import { buttonsOf } from './check-buttons.ts';
import type { CheckFacts } from './check-facts.ts';
import { checkSummary } from './check-summary.ts';
import { type ReadStepOutput, readFailureLogs } from './failure-logs.ts';

/** GitHub shows it to those who may see the repository. */
const maySee = (): boolean => true;

export const describeCheck =
  (read: Tx, ports: BrowsePorts, readOutput: ReadStepOutput) =>
  async ({ context, payload }: WriteOf<'check'>) => {
    const isOver = payload.status === 'completed';
    const { facts, annotations } = await gather(
      read,
      ports,
      runId.parse(context),
      isOver ? readOutput : null,
    );
    const state = stateOf(payload);
    const { run } = facts;
    return {
      name: checkName,
      detailsUrl: run.url,
      state,
      ...spanOf(run.jobs),
      output: { title: payload.title, summary: checkSummary(facts), text: null },
      annotations,
      actions: buttonsOf(state, run),
    };
  };

/** `readOutput` is null of a run that is not over. */
async function gather(
  read: Tx,
  ports: BrowsePorts,
  id: RunId,
  readOutput: ReadStepOutput | null,
): Promise<{ facts: CheckFacts; annotations: readonly CheckAnnotation[] }> {
  const run = await browseRun(read, ports, id, maySee);
  if (!run) throw new Error(`there is no run ${id}`);
  const spans = (await browseAttempts(read, ports.peopleUrl, id, maySee)) ?? [];
  const tests = (await browseRunTests(read, id, maySee)) ?? [];
  const logs = readOutput ? await readFailureLogs(readOutput, run, await listJobsOfRun(read, id), spans) : [];
  const { shown, total } = checkAnnotations({ jobs: run.jobs, tests, logs });
  const facts: CheckFacts = {
    ...{ run, spans, tests, logs, unannotated: total - shown.length },
    jobUrl: job => jobUrl(ports.peopleUrl, job),
  };
  // GitHub takes none back: they are given when nothing can change any more.
  return readOutput
    ? { facts, annotations: shown }
    : { facts: { ...facts, unannotated: 0 }, annotations: [] };
}

const stateOf = (payload: CheckPayload) =>
  payload.status === 'completed'
    ? { status: payload.status, conclusion: payload.conclusion }
    : { status: payload.status };

/** From the first job that began to the last that ended. */
function spanOf(jobs: readonly JobSummary[]): Record<'startedAt' | 'completedAt', Instant | null> {
  const begun = jobs.flatMap(({ startedAt }) => startedAt ?? []);
  const ends = jobs.flatMap(({ endedAt }) => endedAt ?? []);
  return {
    startedAt: begun.length > 0 ? Math.min(...begun) : null,
    completedAt: ends.length > 0 ? Math.max(...ends) : null,
  };
}
