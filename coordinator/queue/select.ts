/**
 * The whole priority policy: which queued job goes to which ready machine. Pure.
 * Order: class, then fair share between repositories, then between changes, then age. Invariant: a job of an untrusted
 * change is never placed on a machine that isolates nothing.
 */
import type { HostId, Instant, JobId, MachineId, RepositoryId, RunId } from '#shared/ids.ts';
import type { Isolation } from '#shared/machine.ts';

export type Candidate = {
  id: JobId;
  runId: RunId;
  repositoryId: RepositoryId;
  image: string;
  class: number;
  queuedAt: Instant;
  isTrusted: boolean;
  /** The host that lost its last attempt: another one is preferred. */
  avoid: HostId | null;
};

export type ReadyMachine = {
  id: MachineId;
  image: string;
  hostId: HostId;
  isolation: Isolation;
  since: Instant;
};

/** Jobs that run now, per repository and per run: who has had a share. */
export type Shares = { repositories: ReadonlyMap<RepositoryId, number>; runs: ReadonlyMap<RunId, number> };

export type Assignment = { job: JobId; machine: MachineId };

/** Whether the machine may run the job at all. */
export function mayRun(
  candidate: Pick<Candidate, 'image' | 'isTrusted'>,
  machine: Pick<ReadyMachine, 'image' | 'isolation'>,
): boolean {
  return candidate.image === machine.image && (candidate.isTrusted || machine.isolation !== 'none');
}

/** Assigns as many candidates as there are machines for, in the order of the policy. */
export function select(
  candidates: readonly Candidate[],
  machines: readonly ReadyMachine[],
  shares: Shares,
): Assignment[] {
  const repositories = new Map(shares.repositories);
  const runs = new Map(shares.runs);
  const waiting = new Set(candidates);
  const free = new Set([...machines].sort((a, b) => a.since - b.since));
  const assignments: Assignment[] = [];
  const rank = (c: Candidate) => [
    c.class,
    repositories.get(c.repositoryId) ?? 0,
    runs.get(c.runId) ?? 0,
    c.queuedAt,
  ];

  while (waiting.size > 0 && free.size > 0) {
    const next = first(waiting, rank);
    waiting.delete(next);
    const machine = machineFor(next, free);
    if (!machine) continue;
    free.delete(machine);
    repositories.set(next.repositoryId, (repositories.get(next.repositoryId) ?? 0) + 1);
    runs.set(next.runId, (runs.get(next.runId) ?? 0) + 1);
    assignments.push({ job: next.id, machine: machine.id });
  }
  return assignments;
}

function first(waiting: Set<Candidate>, rank: (candidate: Candidate) => number[]): Candidate {
  const [head, ...rest] = waiting;
  if (!head) throw new Error('first() needs a candidate');
  return rest.reduce((best, candidate) => (isBefore(candidate, best, rank) ? candidate : best), head);
}

function isBefore(a: Candidate, b: Candidate, rank: (candidate: Candidate) => number[]): boolean {
  const ranksOfB = rank(b);
  for (const [index, rankOfA] of rank(a).entries()) {
    const rankOfB = ranksOfB[index] ?? 0;
    if (rankOfA !== rankOfB) return rankOfA < rankOfB;
  }
  return a.id < b.id;
}

function machineFor(candidate: Candidate, free: Set<ReadyMachine>): ReadyMachine | null {
  const fitting = [...free].filter(machine => mayRun(candidate, machine));
  return fitting.find(machine => machine.hostId !== candidate.avoid) ?? fitting[0] ?? null;
}
