/** Candidates and machines by short names, for the tests of the policy. */
import fc from 'fast-check';
import type { Candidate, ReadyMachine, Shares } from '#coordinator/queue/select.ts';
import type { HostId, JobId, MachineId, RepositoryId } from '#shared/ids.ts';

export const host = (name: string) => name as HostId;

export const candidate = (id: string, facts: Partial<Candidate> = {}): Candidate => ({
  id: id as JobId,
  repositoryId: 'rocket' as RepositoryId,
  changeKey: 'main',
  image: 'linux',
  class: 2,
  queuedAt: 0,
  isTrusted: true,
  avoid: null,
  ...facts,
});

export const machine = (id: string, facts: Partial<ReadyMachine> = {}): ReadyMachine => ({
  id: id as MachineId,
  image: 'linux',
  hostId: host('shed'),
  isolation: 'vm',
  since: 0,
  ...facts,
});

/** So many machines, alike. */
export const machines = (count: number): ReadyMachine[] =>
  Array.from({ length: count }, (_, n) => machine(`m${n}`, { since: n }));

export const shares = (
  repositories: Record<string, number> = {},
  changes: Record<string, number> = {},
): Shares => ({
  repositories: new Map(Object.entries(repositories) as [RepositoryId, number][]),
  changes: new Map(Object.entries(changes)),
});

const few = (prefix: string, max: number) => fc.nat(max - 1).map(n => `${prefix}${n}`);

const anyCandidate = fc.record({
  repositoryId: few('r', 3).map(name => name as RepositoryId),
  change: fc.nat(2),
  image: few('i', 2),
  class: fc.nat(2),
  queuedAt: fc.nat(4),
  isTrusted: fc.boolean(),
  avoid: fc.option(few('h', 3).map(host), { freq: 2 }),
});

const anyMachine = fc.record({
  image: few('i', 2),
  hostId: few('h', 3).map(host),
  isolation: fc.constantFrom('vm' as const, 'user' as const, 'none' as const),
  since: fc.nat(3),
});

/** A queue, the machines that are ready, and who has a share already. */
export const anyScene = fc.record({
  queue: fc.array(anyCandidate, { maxLength: 25 }).map(list =>
    list.map(({ change, ...facts }, n) =>
      candidate(`j${String(n).padStart(2, '0')}`, {
        ...facts,
        changeKey: `${facts.repositoryId} ${change}`,
      }),
    ),
  ),
  ready: fc.array(anyMachine, { maxLength: 8 }).map(list => list.map((facts, n) => machine(`m${n}`, facts))),
  taken: fc.record({
    repositories: fc.dictionary(few('r', 3), fc.nat(3)),
    changes: fc.dictionary(
      fc.tuple(few('r', 3), fc.nat(2)).map(parts => parts.join(' ')),
      fc.nat(3),
    ),
  }),
});
