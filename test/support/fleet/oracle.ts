/** What must be true of a fleet after any test, however it was shaken. */
import { expect } from 'vitest';
import type { AttemptView, JobView, RunView } from '#shared/api.ts';
import { type ForgeState, statusContext } from '#shared/forge-status.ts';
import type { Outcome } from '#shared/job.ts';
import { until } from '../until.ts';
import { sha256Of } from './api.ts';
import { type Fleet, machinesOf, repository } from './fleet.ts';
import { processesOf } from './processes.ts';

/** Every job is at rest, its log is what its seal says, its status says the same as its row, and no machine is left. */
export async function assertTruth(fleet: Fleet): Promise<void> {
  const { api, fake } = fleet;
  const runs = await until('every run is at rest', async () => {
    const all = await api.runs();
    return all.every(isAtRest) && all;
  });
  const jobs: JobView[] = [];
  for (const { id } of runs.flatMap(run => run.jobs)) jobs.push(await api.job(id));
  for (const job of jobs) {
    assertVerdict(job);
    for (const attempt of job.history) await assertLog(fleet, job, attempt);
  }
  const haveLeft = async () => (await api.system()).unsentWrites.length === 0;
  await until('every status has left', haveLeft, { timeoutMs: 30_000 });
  assertStatuses(fleet, jobs);
  expect(fake.violations, 'requests that GitHub would not have understood').toEqual([]);
  await until('no machine is left', async () => (await machinesOf(fleet)).length === 0, {
    timeoutMs: 20_000,
  });
}

const isAtRest = ({ standing }: RunView): boolean => !['preparing', 'queued', 'running'].includes(standing);

/** A verdict of the suite needs its whole log; only the last attempt decides. */
function assertVerdict({ id, standing, history }: JobView): void {
  const numbers = history.map(({ number }) => number);
  expect(numbers, `attempts of ${id}`).toEqual(numbers.map((_, index) => index + 1));
  for (const attempt of history) expect(attempt.end, `end of attempt ${attempt.id}`).not.toBeNull();
  if (standing === 'passed' || standing === 'failed')
    expect(history.at(-1)?.log?.state, `the log of ${id}, which ${standing}`).toBe('complete');
}

/** The stored bytes are the agent's, or as many as the seal admits to. */
async function assertLog(
  { api }: Fleet,
  { id }: JobView,
  { log, logUrl, number }: AttemptView,
): Promise<void> {
  const bytes = await api.bytes(logUrl);
  expect(bytes.length, `bytes of the log of ${id}, attempt ${number}`).toBe(log?.bytes);
  if (log?.state === 'complete') expect(sha256Of(bytes)).toBe(log.sha256);
}

const forgeStates: Partial<Record<string, ForgeState>> = {
  passed: 'success',
  failed: 'failure',
  'timed-out': 'failure',
  errored: 'error',
  cancelled: 'error',
  superseded: 'error',
  skipped: 'error',
} satisfies Record<Outcome, ForgeState>;

/** The newest status of every context is that of the newest job behind it. */
function assertStatuses({ fake }: Fleet, jobs: readonly JobView[]): void {
  const oldestFirst = jobs.filter(({ run }) => run.purpose !== 'manual').reverse();
  const truth = new Map(
    oldestFirst.map(job => [`${job.run.commit} ${statusContext(job.image, job.suite)}`, job]),
  );
  for (const [key, job] of truth) {
    const status = fake.statusOf(repository, job.run.commit, statusContext(job.image, job.suite));
    expect(status?.state, `status ${key}`).toBe(forgeStates[job.standing] ?? 'pending');
    expect(status?.targetUrl, `link of ${key}`).toBe(job.url);
    expect(status?.description, `text of ${key}`).toBe(job.text);
  }
}

/** After a stop in order: no process, whoever's child it was. */
export async function assertNothingLeft({ directory }: Fleet): Promise<void> {
  await until('no process is left', () => processesOf(directory).length === 0).catch(() => {
    expect(processesOf(directory), 'processes that outlived the coordinator').toEqual([]);
  });
}
