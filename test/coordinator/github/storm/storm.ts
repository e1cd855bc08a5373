/**
 * One interleaving, drawn from a seed: what people do on GitHub; deliveries that are lost, come twice, late or in another
 * order; a GitHub that fails, lags behind or is away; a coordinator that is stopped and started; jobs that run and end. Then
 * everything is let be, and what GitHub shows is held against the rows.
 */
import type { Fault } from '#test/support/fake-github/faults.ts';
import { between, pick, type Random, randomFrom, shuffled } from '#test/support/random.ts';
import { type GithubLab, type HookEvent, openGithubLab, repository } from '../../support/github-lab.ts';
import { commitOf } from '../../support/rows.ts';
import { createPeople, fork, testedBranches } from './people.ts';
import { mismatches } from './truth.ts';

export type StormResult = {
  seed: number;
  mismatches: string[];
  counts: Record<string, number>;
};

const second = 1_000;
const minute = 60 * second;

async function repairsOf({ store }: GithubLab): Promise<number> {
  const found = await store.read
    .selectFrom('event')
    .select('seq')
    .where('type', '=', 'github.repaired')
    .execute();
  return found.length;
}

const faults: Fault[] = [
  { type: 'broken', status: 500 },
  { type: 'broken', status: 503 },
  { type: 'secondary-limit', status: 403, retryAfterSeconds: 60 },
  { type: 'secondary-limit', status: 429 },
  { type: 'unprocessable' },
  { type: 'forbidden' },
  { type: 'reset' },
  { type: 'lost-answer' },
  { type: 'foreign-answer' },
];

/** GitHub shows some checks of heads as they were before, or no more: nothing but comparing finds that. */
function forgetChecks({ github }: GithubLab, random: Random): number {
  const open = github.pullRequests(repository).filter(({ state }) => state.status === 'open');
  const heads = [
    ...open.filter(({ base }) => testedBranches.includes(base.branch)).map(({ head }) => head.sha),
    ...testedBranches.map(branch => github.branches(repository).get(branch) ?? ''),
  ];
  const checks = [...new Set(heads)].flatMap(sha => github.checksOf(repository, sha));
  const forgotten = checks.filter(() => random() < 0.4);
  for (const { id } of forgotten)
    if (random() < 0.5) github.setBackCheck(repository, id);
    else github.loseCheck(repository, id);
  return forgotten.length;
}

export async function storm(seed: number, steps: number): Promise<StormResult> {
  const random = randomFrom(seed);
  const isSuperseding = random() < 0.7;
  const commits = isSuperseding ? 'supersede' : 'every-commit';
  const isApp = random() < 0.5;
  const lab = await openGithubLab({
    isApp,
    policy: `, branches: [${testedBranches}], commits: ${commits}`,
    hasWebhooks: random() < 0.8,
    image: random() < 0.5 ? ', serves: { gate: required }' : '',
  });
  try {
    return await play(lab, random, { seed, steps, isSuperseding, isApp });
  } finally {
    await lab.close();
  }
}

type Play = { seed: number; steps: number; isSuperseding: boolean; isApp: boolean };

async function play(
  lab: GithubLab,
  random: Random,
  { seed, steps, isSuperseding, isApp }: Play,
): Promise<StormResult> {
  const { github } = lab;
  const first = commitOf(1);
  for (const branch of ['release', 'next']) github.push({ repository, branch, commits: [{ sha: first }] });
  github.createRepository({
    fullName: fork,
    cloneUrl: `https://github.example.org/${fork}.git`,
    head: first,
    forkOf: repository,
  });
  await lab.settle();
  const people = createPeople(lab, random);
  const counts: Record<string, number> = {};
  const count = (what: string, by = 1) => {
    counts[what] = (counts[what] ?? 0) + by;
  };
  let late: HookEvent[] = [];

  async function tell(events: HookEvent[]): Promise<void> {
    const now: HookEvent[] = [];
    for (const event of events) {
      const fate = random();
      if (fate < 0.55) now.push(event);
      else if (fate < 0.7) now.push(event, event);
      else if (fate < 0.85) late.push(event);
      else count('lost');
    }
    count('delivered', now.length);
    await lab.deliver(...(random() < 0.3 ? shuffled(random, now) : now));
  }

  async function deliverLate(): Promise<void> {
    const due = shuffled(random, late);
    const some = due.slice(0, between(random, 1, due.length || 1));
    late = due.slice(some.length);
    count('late', some.length);
    await lab.deliver(...some);
  }

  async function disturb(): Promise<void> {
    switch (pick(random, ['fault', 'fault', 'lag', 'away', 'stop', 'work', 'work', 'late', 'time'])) {
      case 'fault':
        count('faults');
        return lab.fake.inject(pick(random, faults), between(random, 1, 4));
      case 'lag':
        count('lags');
        return random() < 0.5 ? lab.fake.freeze() : lab.fake.thaw();
      case 'away':
        count('outages');
        await lab.fake.goDown();
        lab.pass(between(random, 1, 60) * minute);
        return lab.fake.comeBack();
      case 'stop':
        count('restarts');
        await lab.stop();
        for (let n = between(random, 0, 4); n > 0; n--) await tell(people.act());
        lab.pass(between(random, 0, 120) * minute);
        return lab.start();
      case 'work':
        count('work');
        if (random() < 0.6) await lab.lease();
        return lab.finish(() => (random() < 0.5 ? 'passed' : 'failed'));
      case 'late':
        return deliverLate();
      default:
        return lab.pass(between(random, 1, 600) * second);
    }
  }

  for (let step = 0; step < steps; step++) {
    // Much happens within one second, which is as fine as GitHub's clock is.
    lab.pass(pick(random, [0, 0, 300, second, 5 * second]));
    if (random() < 0.65) await tell(people.act());
    else await disturb();
  }
  lab.fake.thaw();
  lab.fake.heal();
  count('forgotten checks', forgetChecks(lab, random));
  if (random() < 0.5) await deliverLate();
  await lab.settle();
  await lab.settle();
  if (random() < 0.7) {
    await lab.lease();
    await lab.finish(() => (random() < 0.5 ? 'passed' : 'failed'));
  }
  await lab.settle();
  await lab.settle();
  for (const [deed, times] of people.deeds) count(deed, times);
  count('repairs', await repairsOf(lab));
  count('as an App', isApp ? 1 : 0);
  count('statuses written', lab.fake.statuses().length);
  const checks = isApp ? ({ checks: counts.lags ? 'may-be-two' : 'one' } as const) : {};
  const problems = await mismatches(lab, { branches: testedBranches, first, isSuperseding, ...checks });
  return { seed, mismatches: [...problems, ...lab.errors], counts };
}
