/** Rows as deliveries, the planner and hosts make them; each verb says what it makes and leaves the rest usual. */
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import { findAttempt } from '#coordinator/store/attempts.ts';
import { saveChange } from '#coordinator/store/changes.ts';
import {
  enrolHost,
  type Host,
  insertJoinToken,
  saveHostReport,
  setDraining,
} from '#coordinator/store/hosts.ts';
import { findJob, insertJob, type Job, type NewJob } from '#coordinator/store/jobs.ts';
import { findMachine, insertMachine, type Machine } from '#coordinator/store/machines.ts';
import { type Repository, upsertRepository } from '#coordinator/store/repositories.ts';
import { ensureRun, type NewRun, type Run } from '#coordinator/store/runs.ts';
import type { AttemptId, CommitSha, HostId, JobId, MachineId } from '#shared/ids.ts';
import type { JobState } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import type { Isolation } from '#shared/machine.ts';
import { PROTOCOL_VERSION } from '#shared/messages.ts';
import { imageOf, type Lab } from './brain-lab.ts';

/** What most verbs need of a lab. */
export type Rows = { store: Lab['store']; clock: { now: number } };

export const commitOf = (n: number): CommitSha => n.toString(16).padStart(40, '0') as CommitSha;

let count = 0;

export const addRepository = (
  { store, clock }: Lab,
  fullName = 'acme/rocket',
  facts: Partial<Repository> = {},
): Promise<Repository> => {
  const cloneUrl = `https://github.example.org/${fullName}.git`;
  const usual = { fullName, cloneUrl, defaultBranch: 'main', isPrivate: false, forge: 'github' as const };
  return store.write(tx => upsertRepository(tx, { ...usual, ...facts }, clock.now));
};

/** A pull request. */
export const addChange = ({ store }: Lab, repository: Repository, number: number) =>
  store.write(tx =>
    saveChange(tx, {
      repositoryId: repository.id,
      number,
      title: `Change ${number}`,
      author: 'octocat',
      authorId: 583_231,
      headRef: `branch-${number}`,
      headSha: commitOf(1_000 + number),
      baseRef: 'main',
      baseSha: commitOf(1),
      isFork: false,
      state: 'open',
      updatedAt: 0,
    }),
  );

/** A run that is planned; its jobs are added with `addJob`. */
export async function addRun(lab: Lab, facts: Partial<NewRun> = {}): Promise<Run> {
  const repositoryId = facts.repositoryId ?? (await addRepository(lab)).id;
  const run: NewRun = {
    repositoryId,
    commit: commitOf(++count),
    ref: 'main',
    purpose: 'landed',
    changeId: null,
    isTrusted: true,
    title: 'Read the size as 64 bits',
    author: 'octocat',
    request: { command: null, images: null, landed: false },
    state: { status: 'planned', at: lab.clock.now },
    ...facts,
  };
  return lab.store.write(async tx => (await ensureRun(tx, run, lab.clock.now)).run);
}

export const stepOf = (run: string) => ({
  name: run,
  run,
  env: {},
  directory: '.',
  timeoutMs: limits.stepTimeoutMs,
  idleTimeoutMs: limits.stepIdleTimeoutMs,
});

export const fresh = { kind: 'repeatable', lastAttempt: 0, retries: 0 } as const;

/** A queued job of one step. */
export async function addJob(
  lab: Lab,
  {
    run,
    needs = [],
    gate = 'advisory',
    reports,
    ...facts
  }: Partial<NewJob> & {
    run?: Run;
    needs?: string[];
    gate?: 'advisory' | 'required';
    reports?: NewJob['definition']['reports'];
  } = {},
): Promise<Job> {
  const { id: runId, repositoryId } = run ?? (await addRun(lab));
  const state: JobState = { status: 'queued', queuedAt: lab.clock.now, avoid: null, ...fresh };
  const definition = {
    steps: [stepOf('make check')],
    source: 'commit' as const,
    env: {},
    deadlineMs: limits.jobDeadlineMs,
    artifacts: [],
  };
  const job: NewJob = {
    runId,
    repositoryId,
    suite: 'default',
    image: 'linux',
    stage: 'suite',
    position: 0,
    definition: { ...definition, needs, gate, ...(reports ? { reports } : {}) },
    class: 2,
    isTrusted: true,
    state,
    ...facts,
  };
  return lab.store.write(tx => insertJob(tx, job, lab.clock.now));
}

export type HostFacts = { isolation?: Isolation; driver?: string; isDraining?: boolean; memoryMiB?: number };

export const reportOf = (
  host: HostId,
  { isolation = 'none', driver = 'process', memoryMiB = 4_096 }: HostFacts = {},
) => ({
  v: PROTOCOL_VERSION as 1,
  host,
  capacity: { cpus: 4, memoryMiB, diskMiB: 100_000, os: 'linux', arch: 'x86_64' },
  drivers: [{ name: driver, isolation }],
  acted: { epoch: 0, generation: 0 },
  machines: [],
});

/** A host that has just reported. */
export async function addHost(lab: Rows, name = 'shed', facts: HostFacts = {}): Promise<Host> {
  const token = { hash: `hash of ${name}`, hostName: name, expiresAt: lab.clock.now + limits.joinTokenMs };
  return lab.store.write(async tx => {
    await insertJoinToken(tx, token);
    const host = await enrolHost(tx, { ...token, usedBy: null }, `key of ${name}`, lab.clock.now);
    if (!host) throw new Error(`the token of ${name} was not taken`);
    await saveHostReport(tx, host.id, reportOf(host.id, facts), lab.clock.now);
    if (facts.isDraining) await setDraining(tx, host.id, true);
    return host;
  });
}

/** It still reports. */
export const keepAlive = ({ store, clock }: Rows, host: Host, facts: HostFacts = {}): Promise<void> =>
  store.write(tx => saveHostReport(tx, host.id, reportOf(host.id, facts), clock.now));

/** A machine whose agent has reported in, or that is on its way there. */
export async function addMachine(
  lab: Rows,
  host: Host,
  {
    image = imageOf('linux'),
    status = 'ready',
  }: { image?: Machine['manifest']; status?: 'requested' | 'ready' } = {},
): Promise<Machine> {
  const expiresAt = lab.clock.now + limits.machineMaxAgeMs;
  return lab.store.write(async tx => {
    const facts = { image: image.name, manifest: image, hostId: host.id, expiresAt };
    const requested = await insertMachine(tx, facts, lab.clock.now);
    if (status === 'requested') return requested;
    return (await applyToMachine(tx, requested.id, { type: 'reported-in', at: lab.clock.now })).machine;
  });
}

export const jobNow = async ({ store }: Lab, id: JobId): Promise<Job> => {
  const job = await findJob(store.read, id);
  if (!job) throw new Error(`there is no job ${id}`);
  return job;
};

export const machineNow = async ({ store }: Lab, id: MachineId): Promise<Machine> => {
  const machine = await findMachine(store.read, id);
  if (!machine) throw new Error(`there is no machine ${id}`);
  return machine;
};

/** The attempt that a job holds, or the one that decided it. */
export const attemptOf = async (lab: Lab, id: JobId) => {
  const { state } = await jobNow(lab, id);
  const attempt = 'attempt' in state ? await findAttempt(lab.store.read, state.attempt as AttemptId) : null;
  if (!attempt) throw new Error(`job ${id} has no attempt`);
  return attempt;
};

/** A job on a machine of a host, by a tick of the scheduler. One that is not trusted gets a host that isolates. */
export async function leaseJob(lab: Lab, facts: Parameters<typeof addJob>[1] = {}, image = imageOf('linux')) {
  const host = await addHost(lab, `host-${++count}`, facts.isTrusted === false ? { isolation: 'vm' } : {});
  const machine = await addMachine(lab, host, { image });
  const job = await addJob(lab, facts);
  await lab.schedule();
  return { host, machine, job, attempt: await attemptOf(lab, job.id) };
}
