/**
 * One situation, played by words: what people do on GitHub, what becomes of the webhooks, and how the jobs end. `lost:`, `twice:`
 * and `late:` stand before a deed and say what becomes of its webhooks; late ones come with the word `late`.
 */
import {
  type GithubLab,
  type GithubLabOptions,
  type HookEvent,
  openGithubLab,
  repository,
} from '#test/coordinator/support/github-lab.ts';
import { until } from '#test/support/until.ts';
import { checkDeeds, maintainer, shownChecks, shownComments } from './checks.ts';
import type { Shown } from './rows.ts';

const fork = 'kim/rocket';
const badFile = 'version: 1\nsuites: { default: { stepz: [make] } }\n';
const minute = 60_000;

/** @returns what GitHub shows once all is quiet */
export async function play(script: string, options: GithubLabOptions = {}): Promise<Shown[]> {
  const lab = await openGithubLab(options);
  try {
    const scene = createScene(lab);
    await scene.begin();
    for (const word of script.split(/\s+/)) await scene.say(word);
    await lab.settle();
    await lab.settle();
    if (lab.errors.length > 0 || lab.fake.violations.length > 0)
      throw new Error(`${script}: ${[...lab.errors, ...lab.fake.violations.map(each => each.problems)]}`);
    return scene.shown();
  } finally {
    await lab.close();
  }
}

export function createScene(lab: GithubLab) {
  const { github, fake } = lab;
  /** By their number: the words of the table. */
  const names = new Map<string, string>();
  const pull = { repository, number: 1 };
  let [commits, where, late]: [number, string, HookEvent[]] = [1, repository, []];

  const fresh = (name: string, file?: string): { sha: string } => {
    const usual = [...names.values()].filter(each => each.startsWith(name)).length;
    commits += 1;
    const sha = lab.commit(commits, { on: commits - 1, ...(file === undefined ? {} : { file }) });
    names.set(sha, usual === 0 ? name : `${name} ${usual + 1}`);
    return { sha };
  };
  const pushed = (name: string, branch: string, file?: string) => (): HookEvent[] =>
    github.push({ repository: where, branch, isForced: branch === 'fix', commits: [fresh(name, file)] });
  const opened =
    (from: string, file?: string, isDraft = false) =>
    (): HookEvent[] => {
      where = from;
      pushed('head', 'fix', file)();
      return github.openPull({ repository, from, title: 'Fix', branch: 'fix', isDraft }).events;
    };

  /** What people do, told by webhooks. */
  const deeds: Record<string, () => HookEvent[]> = {
    open: opened(repository),
    'open-draft': opened(repository, undefined, true),
    'open-fork': opened(fork),
    'open-bad': opened(repository, badFile),
    push: pushed('head', 'fix'),
    'push-main': pushed('main', 'main'),
    close: () => github.closePull(pull),
    reopen: () => github.reopenPull(pull),
    ready: () => github.markReady(pull),
    retarget: () => github.changeBase({ ...pull, base: 'next' }),
    merge: () => github.mergePull({ ...pull, mergeSha: fresh('merge').sha }),
    'fast-forward': () => github.mergePull({ ...pull, mergeSha: github.branches(where).get('fix') ?? '' }),
    'delete-branch': () => github.deleteBranch({ repository, branch: 'fix' }),
    ...checkDeeds(github, () => [...names.keys()].filter(sha => names.get(sha)?.startsWith('head'))),
  };

  async function end(outcome: 'passed' | 'failed'): Promise<void> {
    await lab.settle();
    await lab.lease();
    await lab.finish(() => outcome);
    await lab.settle();
  }

  /** What happens elsewhere. */
  const happenings: Record<string, () => Promise<void>> = {
    settle: () => lab.settle(),
    run: () => lab.settle().then(() => lab.lease()),
    pass: () => end('passed'),
    fail: () => end('failed'),
    stop: () => lab.stop(),
    start: () => lab.start(),
    away: () => fake.goDown(),
    back: () => fake.comeBack(),
    refuses: async () => fake.inject({ type: 'unprocessable' }),
    limits: async () => fake.inject({ type: 'secondary-limit', status: 403, retryAfterSeconds: 60 }),
    hour: async () => lab.pass(60 * minute),
    late: () => lab.deliver(...late.splice(0)),
    'somebody-writes': () => somebodyPosts('paddock/linux', 'failure'),
    'stale-pending': () => somebodyPosts('paddock/amiga', 'pending'),
    'other-program': () => somebodyPosts('travis', 'pending'),
  };

  async function somebodyPosts(context: string, state: string): Promise<void> {
    const sha = github.branches(where).get('fix');
    await fetch(`${fake.baseUrl}/repos/${repository}/statuses/${sha}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${fake.token}`, 'user-agent': 'somebody else' },
      body: JSON.stringify({ context, state, description: 'somebody else says so' }),
    });
  }

  async function tell(fate: string | undefined, events: HookEvent[]): Promise<void> {
    if (fate === 'late') late.push(...events);
    else if (fate !== 'lost') await lab.deliver(...events, ...(fate === 'twice' ? events : []));
    if (lab.isRunning && fate === undefined)
      await until('what goes wrong at GitHub has gone wrong', () => fake.faultsLeft() === 0);
  }

  return {
    async begin() {
      const head = github.branches(repository).get('main') ?? '';
      github.push({ repository, branch: 'next', commits: [{ sha: head }] });
      github.createRepository({
        fullName: fork,
        cloneUrl: `https://github.example.org/${fork}.git`,
        head,
        forkOf: repository,
      });
      github.addPerson({ repository, login: maintainer, association: 'COLLABORATOR', permission: 'write' });
      await lab.settle();
    },
    async say(word: string): Promise<void> {
      const [what = '', fate] = word.split(':').reverse();
      lab.pass(1_000);
      const deed = deeds[what];
      if (deed) return tell(fate, deed());
      const happening = happenings[what];
      if (!happening) throw new Error(`there is no word ${word}`);
      return happening();
    },
    /** Of each commit, in the order in which they came: the newest status of each context, and its checks; then comments. */
    shown(): Shown[] {
      const ofCommits = [...names].flatMap(([sha, commit]) => {
        const newest = new Map(github.statusesOf(repository, sha).map(status => [status.context, status]));
        const statuses = [...newest.values()].map(({ context, state, description }) => ({
          ...{ commit, context, state },
          description: description ?? '',
        }));
        const rows = [...statuses, ...shownChecks(github, sha).map(check => ({ commit, ...check }))];
        return rows.length > 0 ? rows : [{ commit, context: '', state: '', description: '' }];
      });
      return [...ofCommits, ...shownComments(github, names)];
    },
  };
}
