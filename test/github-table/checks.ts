/** What people do beside checks, and what GitHub shows of checks and comments. */
import { type GithubLab, type HookEvent, repository } from '#test/coordinator/support/github-lab.ts';
import type { Shown } from './rows.ts';

type Github = GithubLab['github'];

/** Somebody who may write to the repository. */
export const maintainer = 'mia';

/** `heads` are those of the pull request, oldest first. */
export function checkDeeds(github: Github, heads: () => string[]): Record<string, () => HookEvent[]> {
  const newest = (head: string | undefined): number => {
    const check = github.checksOf(repository, head ?? '').at(-1);
    if (!check) throw new Error('there is no check');
    return check.id;
  };
  const press = (button: string, by: string, head: string | undefined): HookEvent[] =>
    github.pressButton({ repository, check: newest(head), button, by });
  const again = { repository, branch: 'fix', by: maintainer };
  return {
    'press-approve': () => press('approve', maintainer, heads().at(-1)),
    'press-approve-of-first': () => press('approve', maintainer, heads()[0]),
    'stranger-presses-approve': () => press('approve', 'mallory', heads().at(-1)),
    'press-retry': () => press('retry', maintainer, heads().at(-1)),
    'check-turns-back': () => {
      github.setBackCheck(repository, newest(heads().at(-1)));
      return [];
    },
    'check-is-lost': () => {
      github.loseCheck(repository, newest(heads().at(-1)));
      return [];
    },
    'rerun-check': () => github.requestRerun({ ...again, name: 'Paddock' }),
    'rerun-all-checks': () => github.requestSuiteRerun(again),
  };
}

export const shownChecks = (github: Github, sha: string): Omit<Shown, 'commit'>[] =>
  github.checksOf(repository, sha).map(({ name, state, output, actions }) => ({
    context: `check ${name}`,
    state: state.status === 'completed' ? state.conclusion : state.status,
    description: [output.title ?? '', ...actions.map(({ label }) => `[${label}]`)].join(' '),
  }));

/** Commits are called as in the table: their names in it are no names that anybody knows. */
export function shownComments(github: Github, names: ReadonlyMap<string, string>): Shown[] {
  const called = (text: string): string =>
    [...names].reduce((words, [sha, name]) => words.replaceAll(sha.slice(0, 7), name), text);
  if (!github.pullRequest(repository, 1)) return [];
  return github.commentsOf(repository, 1).map(({ body }) => ({
    commit: '',
    context: 'comment',
    state: '',
    description: called(body.replace(/<!--.*?-->/gs, '').trim()),
  }));
}
