/**
 * The queue in memory, as the store has it in tables: queued jobs by image, class and repository, in each the changes in
 * the order of their turns, and of each change its jobs by age. A tick of the scheduler looks at as many changes as there
 * are machines and as many jobs of each: what `select` chooses among them it would choose out of all (queue/candidates.ts).
 */
import type { RepositoryId } from '#shared/ids.ts';
import type { Candidate, Shares } from '../queue/select.ts';

export type WaitingJobs = {
  add(job: Candidate): void;
  remove(job: Candidate): void;
  /** A job of this change has begun to hold a machine, or holds it no more. */
  share(job: Pick<Candidate, 'repositoryId' | 'changeKey'>, step: 1 | -1): void;
  /** Those that a tick looks at for so many machines of the image. */
  candidates(image: string, machines: number): Candidate[];
  /** Per image. */
  readonly counts: ReadonlyMap<string, number>;
  readonly shares: Shares;
};

/** The jobs of one change in one group, oldest first; never empty while it is in its group. */
type Line = { changeKey: string; share: number; jobs: Candidate[] };
/** `lines`: in the order of their turns. */
type Group = { lines: Line[]; byChange: Map<string, Line> };

export function createWaitingJobs(): WaitingJobs {
  const groups = new Map<string, Group>();
  const groupsOf = new Map<string, Group[]>();
  const groupsWith = new Map<string, Set<Group>>();
  const counts = new Map<string, number>();
  const repositories = new Map<RepositoryId, number>();
  const changes = new Map<string, number>();

  function groupFor({ image, class: order, repositoryId }: Candidate): Group {
    const key = `${image} ${order} ${repositoryId}`;
    const known = groups.get(key);
    if (known) return known;
    const group: Group = { lines: [], byChange: new Map() };
    groups.set(key, group);
    groupsOf.set(image, [...(groupsOf.get(image) ?? []), group]);
    return group;
  }

  /** Takes the line out of its group while it is changed, for its turn may be another one afterwards. */
  function change(group: Group, changeKey: string, act: (line: Line) => void): void {
    const known = group.byChange.get(changeKey);
    if (known) group.lines.splice(placeOf(group.lines, known, byTurn) - 1, 1);
    const line = known ?? { changeKey, share: changes.get(changeKey) ?? 0, jobs: [] };
    act(line);
    if (line.jobs.length > 0) settle(group, line);
    else forget(group, line);
  }

  function settle(group: Group, line: Line): void {
    insert(group.lines, line, byTurn);
    group.byChange.set(line.changeKey, line);
    groupsWith.set(line.changeKey, (groupsWith.get(line.changeKey) ?? new Set()).add(group));
  }

  function forget(group: Group, { changeKey }: Line): void {
    group.byChange.delete(changeKey);
    const found = groupsWith.get(changeKey);
    if (found?.delete(group) && found.size === 0) groupsWith.delete(changeKey);
  }

  const count = ({ image }: Candidate, step: number) => counts.set(image, (counts.get(image) ?? 0) + step);

  return {
    counts,
    shares: { repositories, changes },
    add(job) {
      count(job, 1);
      change(groupFor(job), job.changeKey, line => insert(line.jobs, job, byAge));
    },
    remove(job) {
      count(job, -1);
      change(groupFor(job), job.changeKey, line => line.jobs.splice(line.jobs.indexOf(job), 1));
    },
    share({ repositoryId, changeKey }, step) {
      addTo(repositories, repositoryId, step);
      const share = addTo(changes, changeKey, step);
      for (const group of groupsWith.get(changeKey) ?? [])
        change(group, changeKey, line => {
          line.share = share;
        });
    },
    candidates: (image, machines) =>
      (groupsOf.get(image) ?? []).flatMap(({ lines }) =>
        lines.slice(0, machines).flatMap(({ jobs }) => jobs.slice(0, machines)),
      ),
  };
}

function addTo<Key>(sums: Map<Key, number>, key: Key, step: number): number {
  const sum = (sums.get(key) ?? 0) + step;
  if (sum === 0) sums.delete(key);
  else sums.set(key, sum);
  return sum;
}

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const byAge = (a: Candidate, b: Candidate): number => a.queuedAt - b.queuedAt || byText(a.id, b.id);

const byTurn = (a: Line, b: Line): number =>
  a.share - b.share ||
  (a.jobs[0]?.queuedAt ?? 0) - (b.jobs[0]?.queuedAt ?? 0) ||
  byText(a.changeKey, b.changeKey);

function insert<Item>(items: Item[], item: Item, compare: (a: Item, b: Item) => number): void {
  items.splice(placeOf(items, item, compare), 0, item);
}

/** Where the first stands that comes after it. */
function placeOf<Item>(items: readonly Item[], item: Item, compare: (a: Item, b: Item) => number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(items[middle] as Item, item) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
