/**
 * One situation, played by words: what people do on GitHub, what becomes of the webhooks, and how the jobs end. `lost:`, `twice:`
 * and `late:` stand before a deed and say what becomes of its webhooks; late ones come with the word `late`. Behind a deed stands
 * the kind of its commit, as in `open:docs`.
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
import { commits as kinds } from './commits.ts';
import { otherDeeds } from './other-deeds.ts';
import type { Shown } from './rows.ts';

const fork = 'kim/rocket';
const minute = 60_000;
const fates = ['lost', 'twice', 'late'];

type Kind = keyof typeof kinds;

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

  const fresh = (name: string, kind: Kind = 'plain'): { sha: string } => {
    const usual = [...names.values()].filter(each => each.startsWith(name)).length;
    commits += 1;
    const sha = lab.commit(commits, { on: commits - 1, ...kinds[kind] });
    names.set(sha, usual === 0 ? name : `${name} ${usual + 1}`);
    return { sha };
  };
  const pushed =
    (name: string, branch: string) =>
    (kind?: Kind): HookEvent[] =>
      github.push({ repository: where, branch, isForced: branch === 'fix', commits: [fresh(name, kind)] });
  const opened =
    (from: string, isDraft = false) =>
    (kind?: Kind): HookEvent[] => {
      where = from;
      pushed('head', 'fix')(kind);
      return github.openPull({ repository, from, title: 'Fix', branch: 'fix', isDraft }).events;
    };

  /** What people do, told by webhooks. */
  const deeds: Record<string, (kind?: Kind) => HookEvent[]> = {
    open: opened(repository),
    'open-draft': opened(repository, true),
    'open-fork': opened(fork),
    push: pushed('head', 'fix'),
    'push-main': pushed('main', 'main'),
    close: () => github.closePull(pull),
    reopen: () => github.reopenPull(pull),
    ready: () => github.markReady(pull),
    merge: () => github.mergePull({ ...pull, mergeSha: fresh('merge').sha }),
    'fast-forward': () => github.mergePull({ ...pull, mergeSha: github.branches(where).get('fix') ?? '' }),
    'delete-branch': () => github.deleteBranch({ repository, branch: 'fix' }),
    ...otherDeeds(lab, { fork, head: () => github.branches(where).get('fix') ?? '', fresh }),
    ...checkDeeds(github, () => [...names.keys()].filter(sha => names.get(sha)?.startsWith('head'))),
  };

  type Outcome = 'passed' | 'failed';
  async function end(outcome: Outcome | ((suite: string) => Outcome)): Promise<void> {
    await lab.settle();
    await lab.lease();
    await lab.finish((_, __, suite) => (typeof outcome === 'string' ? outcome : outcome(suite)));
    await lab.settle();
  }

  /** What happens elsewhere. */
  const happenings: Record<string, () => Promise<void>> = {
    settle: () => lab.settle(),
    run: () => lab.settle().then(() => lab.lease()),
    pass: () => end('passed'),
    fail: () => end('failed'),
    'fail-clang': () => end(suite => (suite.includes('clang') ? 'failed' : 'passed')),
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
      const parts = word.split(':');
      const fate = parts.length > 1 && fates.includes(parts[0] ?? '') ? parts.shift() : undefined;
      const [what = '', kind] = parts;
      if (kind !== undefined && !isKind(kind)) throw new Error(`there is no commit ${kind}`);
      lab.pass(1_000);
      const deed = deeds[what];
      if (deed) return tell(fate, deed(kind));
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

const isKind = (kind: string): kind is Kind => Object.hasOwn(kinds, kind);
