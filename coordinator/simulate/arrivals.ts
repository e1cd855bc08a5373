/** Which jobs come when: commits of a few busy and many quiet repositories, through the hours of a day. */
import type { Instant, RepositoryId } from '#shared/ids.ts';
import { isolationBy } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { Scenario } from '#shared/scenario-file.ts';
import type { Chance } from './chance.ts';

export type ArrivingJob = {
  repositoryId: RepositoryId;
  changeKey: string;
  image: string;
  class: number;
  isTrusted: boolean;
  /** How long it holds a machine. Its own, whatever the fleet does: two fleets can be compared. */
  runMs: number;
};

/** The jobs of one commit. */
export type Arrival = { at: Instant; jobs: ArrivingJob[] };

/** As the coordinator has them: commits of changes go before landed ones. */
const classes = { change: 2, landed: 3 } as const;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Share of a day's commits by hour, UTC: two working days that overlap, and a night that is not empty. */
const office = [1, 1, 1, 1, 1, 2, 3, 6, 9, 10, 10, 8, 8, 10, 11, 11, 10, 9, 7, 5, 4, 3, 2, 1];

/** Further commits of a change that is open already, and how many are open at once in a repository. */
const goesOn = 0.6;
const openChanges = 12;

/** In order of time, `count` jobs in all. Drawn as they are asked for: a million are never there at once. */
export function* arrivalsOf(scenario: Scenario, count: number, chance: Chance): Generator<Arrival> {
  const { pools, commits, days } = scenario;
  const perCommit = pools.reduce((sum, { share }) => sum + share, 0);
  const meanMs = (days * dayMs * perCommit) / count;
  const timeAfter = dayClock(weightsOf(commits.day));
  const changes = createChanges(commits.repositories, chance);
  let at = 0;
  for (let left = count; left > 0; ) {
    at = timeAfter(at, chance.exponential(meanMs));
    const jobs = jobsOfCommit(scenario, changes, chance).slice(0, left);
    left -= jobs.length;
    if (jobs.length > 0) yield { at: Math.round(at), jobs };
  }
}

const weightsOf = (day: Scenario['commits']['day']): number[] => {
  if (day === 'flat') return Array<number>(24).fill(1);
  return day === 'office' ? office : day;
};

/** Time by which commits come evenly → time of day: an hour with twice the weight passes half as fast. */
function dayClock(weights: readonly number[]): (from: number, ms: number) => number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const rates = weights.map(weight => (weight * 24) / total);
  return (from, ms) => {
    let [at, left] = [from, ms];
    for (;;) {
      const rate = rates[Math.floor((at % dayMs) / hourMs)] ?? 1;
      const nextHour = (Math.floor(at / hourMs) + 1) * hourMs;
      const reach = (nextHour - at) * rate;
      if (left <= reach && rate > 0) return at + left / rate;
      left -= reach;
      at = nextHour;
    }
  };
}

function jobsOfCommit(
  { pools, commits }: Scenario,
  changes: ReturnType<typeof createChanges>,
  chance: Chance,
): ArrivingJob[] {
  const repository = changes.repository();
  const isLanded = chance.happens(commits.landed);
  const isTrusted = isLanded || !chance.happens(commits.forks);
  const facts = {
    repositoryId: `repository-${repository + 1}` as RepositoryId,
    changeKey: `repository-${repository + 1} ${isLanded ? 'main' : changes.changeOf(repository)}`,
    class: isLanded ? classes.landed : classes.change,
    isTrusted,
  };
  return pools.flatMap(({ image, driver, share, run }) => {
    const [isTaken, runMs] = [chance.happens(share), Math.min(chance.logNormal(run), limits.jobDeadlineMs)];
    const mayBe = isTrusted || isolationBy[driver] !== 'none';
    return isTaken && mayBe ? [{ ...facts, image, runMs }] : [];
  });
}

/** Which repository a commit is of, and which of its pull requests. */
function createChanges(repositories: number, chance: Chance) {
  const weights = Array.from({ length: repositories }, (_, n) => 1 / (n + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const newest = new Map<number, number>();
  return {
    repository(): number {
      let left = chance.next() * total;
      const found = weights.findIndex(weight => {
        left -= weight;
        return left < 0;
      });
      return Math.max(0, found);
    },
    changeOf(repository: number): string {
      const known = newest.get(repository) ?? 0;
      const isOpen = known > 0 && chance.happens(goesOn);
      const number = isOpen ? known - Math.floor(chance.next() * Math.min(known, openChanges)) : known + 1;
      newest.set(repository, Math.max(known, number));
      return `#${number}`;
    },
  };
}
