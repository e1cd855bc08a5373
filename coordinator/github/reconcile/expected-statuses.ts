/** What the contexts of a commit should say, from its jobs: that of each, and that of all required ones together. Pure. */
import {
  forgeStateOf,
  speakersOf,
  statusContext,
  summaryContext,
  summaryStateOf,
} from '#shared/forge-status.ts';
import type { Job } from '../../store/jobs.ts';
import type { Run } from '../../store/runs.ts';
import type { ExpectedStatus } from './compare-statuses.ts';

/** The summary has an entry where something is required: a run that was refused speaks by itself. */
export function expectedStatuses(
  runs: readonly Pick<Run, 'state'>[],
  jobs: readonly Job[],
): Map<string, ExpectedStatus> {
  const speakers = speakersOf(jobs);
  const expected = new Map<string, ExpectedStatus>(
    speakers.map(job => [
      statusContext(job.image, job.suite),
      { state: forgeStateOf(job.state), job: job.id },
    ]),
  );
  const required = speakers.filter(({ definition }) => definition.gate === 'required');
  const [first] = required;
  const isRefused = runs.some(({ state }) => state.status === 'refused');
  const isPlannedAgain = runs.some(
    ({ state }) => state.status === 'preparing' && state.plannedAt !== undefined,
  );
  const states = required.map(job => job.state);
  if (first && !isRefused)
    expected.set(summaryContext, { state: summaryStateOf(states, isPlannedAgain), job: first.id });
  return expected;
}
