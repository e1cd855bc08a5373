/** What people do on GitHub, drawn by chance: each deed is possible when it is done. */
import { between, pick, type Random } from '#test/support/random.ts';
import { type GithubLab, type HookEvent, repository } from '../../support/github-lab.ts';

export const fork = 'kim/rocket';
const features = ['fix', 'idea', 'draft', 'port'];
export const testedBranches = ['main', 'release'];

export type People = { act(): HookEvent[]; deeds: Map<string, number> };

/** Commits are numbered; `main` and `release` stand at 1. */
export function createPeople(lab: GithubLab, random: Random): People {
  const { github } = lab;
  let commits = 1;
  const heads = new Map<string, number[]>();
  const deeds = new Map<string, number>();
  const openPulls = () => github.pullRequests(repository).filter(({ state }) => state.status === 'open');
  const closedPulls = () =>
    github
      .pullRequests(repository)
      .filter(
        ({ state, head }) =>
          state.status === 'closed' && github.branches(head.repository).get(head.branch) === head.sha,
      );

  const fresh = (on: number): { sha: string; n: number } => {
    commits += 1;
    return { sha: lab.commit(commits, { on }), n: commits };
  };
  const tipOf = (place: string): number => heads.get(place)?.at(-1) ?? 1;

  function push(where: string, branch: string, isForced: boolean): HookEvent[] {
    const place = `${where} ${branch}`;
    const { sha, n } = fresh(isForced ? 1 : tipOf(place));
    heads.set(place, [...(heads.get(place) ?? []), n]);
    return github.push({ repository: where, branch, isForced, commits: [{ sha }] });
  }

  /** Back to a commit that was the head before. */
  function pushBack(where: string, branch: string): HookEvent[] {
    const earlier = heads.get(`${where} ${branch}`) ?? [];
    if (earlier.length < 2) return [];
    const n = pick(random, earlier.slice(0, -1));
    heads.set(`${where} ${branch}`, [...earlier, n]);
    const sha = n.toString(16).padStart(40, '0');
    return github.push({ repository: where, branch, isForced: true, commits: [{ sha }] });
  }

  function open(): HookEvent[] {
    const from = pick(random, [repository, repository, fork]);
    const branch = pick(random, features);
    if (!github.branches(from).has(branch)) return push(from, branch, false);
    const isTaken = openPulls().some(({ head }) => head.repository === from && head.branch === branch);
    if (isTaken) return [];
    const base = pick(random, ['main', 'main', 'release', 'next']);
    return github.openPull({
      repository,
      from,
      title: `From ${branch}`,
      branch,
      base,
      isDraft: random() < 0.2,
    }).events;
  }

  const onOpen = (deed: (pull: { repository: string; number: number }) => HookEvent[]) => (): HookEvent[] => {
    const pulls = openPulls();
    return pulls.length === 0 ? [] : deed({ repository, number: pick(random, pulls).number });
  };

  function reopen(): HookEvent[] {
    const pulls = closedPulls().filter(
      ({ head }) =>
        !openPulls().some(
          other => other.head.repository === head.repository && other.head.branch === head.branch,
        ),
    );
    return pulls.length === 0 ? [] : github.reopenPull({ repository, number: pick(random, pulls).number });
  }

  function merge(pull: { repository: string; number: number }): HookEvent[] {
    const { head, base } = github.pullRequest(repository, pull.number) ?? {};
    if (!head || !base) return [];
    const isFastForward = random() < 0.3;
    const sha = isFastForward ? head.sha : fresh(tipOf(`${repository} ${base.branch}`)).sha;
    heads.set(`${repository} ${base.branch}`, [
      ...(heads.get(`${repository} ${base.branch}`) ?? []),
      Number.parseInt(sha, 16),
    ]);
    return github.mergePull({ ...pull, mergeSha: sha });
  }

  function deleteBranch(): HookEvent[] {
    const branch = pick(random, features);
    const isUsed = openPulls().some(({ head }) => head.branch === branch);
    if (isUsed || !github.branches(repository).has(branch)) return [];
    return github.deleteBranch({ repository, branch });
  }

  const somewhere = () => pick(random, [repository, repository, fork]);
  const all: [name: string, weight: number, deed: () => HookEvent[]][] = [
    ['open', 6, open],
    ['push', 6, () => push(somewhere(), pick(random, features), false)],
    ['force-push', 3, () => push(somewhere(), pick(random, features), true)],
    ['push back', 2, () => pushBack(somewhere(), pick(random, features))],
    ['push to main', 2, () => push(repository, pick(random, testedBranches), random() < 0.2)],
    ['close', 3, onOpen(github.closePull)],
    ['reopen', 3, reopen],
    ['merge', 2, onOpen(merge)],
    ['draft', 1, onOpen(github.convertToDraft)],
    ['ready', 1, onOpen(github.markReady)],
    ['label', 1, onOpen(pull => github.labelPull({ ...pull, label: 'nice' }))],
    [
      'change base',
      2,
      onOpen(pull => github.changeBase({ ...pull, base: pick(random, ['main', 'release', 'next']) })),
    ],
    ['delete branch', 1, deleteBranch],
  ];
  const wheel = all.flatMap(entry => Array.from({ length: entry[1] }, () => entry));
  return {
    deeds,
    act() {
      const [deed, , does] = wheel[between(random, 0, wheel.length - 1)] ?? ['open', 1, open];
      const events = does();
      if (events.length > 0) deeds.set(deed, (deeds.get(deed) ?? 0) + 1);
      return events;
    },
  };
}
