/**
 * The whole priority policy: which queued job goes to which ready machine. Pure.
 * Order: class, then fair share between repositories, then between changes, then age. Invariant: a job of an untrusted
 * change is never placed on a machine that isolates nothing.
 */
import type { HostId, Instant, JobId, MachineId, RepositoryId } from '#shared/ids.ts';
import type { Isolation } from '#shared/machine.ts';

export type Candidate = {
  id: JobId;
  repositoryId: RepositoryId;
  /** The pull request or branch it is for. */
  changeKey: string;
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

/** Jobs that run now, per repository and per change: who has a share already. */
export type Shares = {
  repositories: ReadonlyMap<RepositoryId, number>;
  changes: ReadonlyMap<string, number>;
};

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
  const taken = { repositories: new Map(shares.repositories), changes: new Map(shares.changes) };
  const order = orderBy(taken);
  const free = new Set([...machines].sort((a, b) => a.since - b.since));
  const assignments: Assignment[] = [];
  let waiting = [...candidates];
  for (;;) {
    // A candidate that no free machine fits now will fit none later: machines only become fewer.
    waiting = waiting.filter(candidate => machineFor(candidate, free) !== null);
    const next = firstOf(waiting, order);
    const machine = next && machineFor(next, free);
    if (!next || !machine) return assignments;
    assignments.push({ job: next.id, machine: machine.id });
    waiting.splice(waiting.indexOf(next), 1);
    free.delete(machine);
    addShare(taken.repositories, next.repositoryId);
    addShare(taken.changes, next.changeKey);
  }
}

type Order = (a: Candidate, b: Candidate) => number;

/** Where even the age is the same, change and id decide: the order is total, however the candidates were found. */
const orderBy =
  ({ repositories, changes }: Shares): Order =>
  (a, b) =>
    a.class - b.class ||
    shareOf(repositories, a.repositoryId) - shareOf(repositories, b.repositoryId) ||
    shareOf(changes, a.changeKey) - shareOf(changes, b.changeKey) ||
    a.queuedAt - b.queuedAt ||
    byText(a.changeKey, b.changeKey) ||
    byText(a.id, b.id);

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const shareOf = <Id>(shares: ReadonlyMap<Id, number>, id: Id): number => shares.get(id) ?? 0;

function addShare<Id>(shares: Map<Id, number>, id: Id): void {
  shares.set(id, shareOf(shares, id) + 1);
}

function firstOf(waiting: readonly Candidate[], order: Order): Candidate | null {
  let first: Candidate | null = null;
  for (const candidate of waiting) if (!first || order(candidate, first) < 0) first = candidate;
  return first;
}

/** The machine that has been ready the longest, on another host than the one to avoid where there is a choice. */
function machineFor(candidate: Candidate, free: ReadonlySet<ReadyMachine>): ReadyMachine | null {
  let second: ReadyMachine | null = null;
  for (const machine of free) {
    if (!mayRun(candidate, machine)) continue;
    if (machine.hostId !== candidate.avoid) return machine;
    second ??= machine;
  }
  return second;
}
