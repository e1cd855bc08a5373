/** What attempts did and left behind, as it is shown. */
import type { ArtifactView, AttemptView } from '#shared/api.ts';
import type { Instant, JobId, RunId } from '#shared/ids.ts';
import { phasesOf, stepsOf, type TimelineAttempt } from '#shared/run-timeline.ts';
import { type Artifact, listArtifactsOfJobs } from '../store/artifacts.ts';
import { type Attempt, listAttemptsOfJobs } from '../store/attempts.ts';
import { type Job, listJobsOfRun } from '../store/jobs.ts';
import { listMachineTimes } from '../store/machines.ts';
import { findRepository } from '../store/repositories.ts';
import { findRun } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';

/** Whether a reader may see a repository; private ones are invisible to whoever has no role in them. */
export type MaySee = (repository: { fullName: string; isPrivate: boolean }) => boolean;

export const viewAttempt = (peopleUrl: string, attempt: Attempt): AttemptView => ({
  id: attempt.id,
  job: attempt.jobId,
  number: attempt.number,
  machine: attempt.machineId,
  host: attempt.hostId,
  platform: attempt.platform,
  phase: attempt.state.status === 'running' ? attempt.state.phase : null,
  step: attempt.step,
  times: attempt.times,
  end: attempt.state.status === 'ended' ? attempt.state.end : null,
  log: attempt.state.status === 'ended' ? attempt.state.log : null,
  marks: attempt.marks,
  logRemovedAt: attempt.logRemovedAt,
  logUrl: `${peopleUrl}/logs/${attempt.id}.txt`,
});

export const viewArtifact = (peopleUrl: string, artifact: Artifact) => ({
  id: artifact.id,
  job: artifact.jobId,
  path: artifact.path,
  bytes: artifact.bytes,
  sha256: artifact.sha256,
  url: `${peopleUrl}/artifacts/${artifact.id}`,
  removedAt: artifact.removedAt,
});

/** What the attempts of a run did when; null when the reader may not see it. */
export async function browseAttempts(
  tx: Tx,
  peopleUrl: string,
  id: RunId,
  maySee: MaySee,
): Promise<TimelineAttempt[] | null> {
  const jobs = await visibleJobs(tx, id, maySee);
  if (!jobs) return null;
  const attempts = await listAttemptsOfJobs(tx, idsOf(jobs));
  const requested = await listMachineTimes(
    tx,
    attempts.map(({ machineId }) => machineId),
  );
  const names = new Map(jobs.map(job => [job.id, job.definition.steps.map(({ name }) => name)]));
  return attempts.map(attempt => ({
    ...viewAttempt(peopleUrl, attempt),
    ...timelineOf(attempt, requested.get(attempt.machineId) ?? null, names.get(attempt.jobId) ?? []),
  }));
}

const timelineOf = ({ times, marks }: Attempt, requestedAt: Instant | null, names: readonly string[]) => ({
  phases: phasesOf(times, requestedAt),
  steps: stepsOf(marks, names, times),
});

const idsOf = (jobs: readonly Job[]): JobId[] => jobs.map(({ id }) => id);

/** What the jobs of a run have left behind, by path; null when the reader may not see it. */
export async function browseArtifacts(
  tx: Tx,
  peopleUrl: string,
  id: RunId,
  maySee: MaySee,
): Promise<ArtifactView[] | null> {
  const jobs = await visibleJobs(tx, id, maySee);
  const artifacts = jobs && (await listArtifactsOfJobs(tx, idsOf(jobs)));
  return artifacts ? artifacts.map(artifact => viewArtifact(peopleUrl, artifact)) : null;
}

async function visibleJobs(tx: Tx, id: RunId, maySee: MaySee): Promise<Job[] | null> {
  const run = await findRun(tx, id);
  const repository = run && (await findRepository(tx, run.repositoryId));
  if (!repository || !maySee(repository)) return null;
  return listJobsOfRun(tx, id);
}
