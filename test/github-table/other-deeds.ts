/** What people do about trust, other bases and merge groups. */
import { type GithubLab, type HookEvent, repository } from '#test/coordinator/support/github-lab.ts';
import { maintainer } from './checks.ts';

type Scene = {
  fork: string;
  /** Where the branch of the pull request stands. */
  head(): string;
  fresh(name: string): { sha: string };
};

export function otherDeeds(
  { github }: GithubLab,
  { fork, head, fresh }: Scene,
): Record<string, () => HookEvent[]> {
  const pull = { repository, number: 1 };
  const says = (by: string, body: string) => (): HookEvent[] => github.comment({ ...pull, by, body });
  const retarget = (base: string) => (): HookEvent[] => github.changeBase({ ...pull, base });
  let group = '';
  return {
    'says-approve': says(maintainer, '/paddock approve'),
    'author-says-approve': says('kim', '/paddock approve'),
    adopt: () => github.push({ repository, branch: 'adopted', commits: [{ sha: head() }] }),
    'stranger-pushes': () =>
      github.push({ repository: fork, branch: 'fix', pusher: 'mallory', commits: [fresh('head')] }),
    'open-fork-2': () => {
      github.push({ repository: fork, branch: 'more', commits: [fresh('head')] });
      return github.openPull({ repository, from: fork, title: 'More', branch: 'more' }).events;
    },
    retarget: retarget('next'),
    'retarget-back': retarget('main'),
    'open-again': () =>
      github.openPull({ repository, title: 'Fix next too', branch: 'fix', base: 'next' }).events,
    'close-again': () => github.closePull({ repository, number: 2 }),
    'ask-group': () => {
      group = fresh('group').sha;
      return github.requestMergeGroup({ repository, base: 'main', sha: group });
    },
    'give-group-up': () =>
      github.destroyMergeGroup({ repository, base: 'main', sha: group, reason: 'dequeued' }),
  };
}
