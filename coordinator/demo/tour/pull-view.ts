/** A pull request as its page shows it, read from the stand-in. */
import type { PullRecord, StatusRecord, StatusState } from '../github-stand-in/records.ts';
import { combinedState, latestPerContext } from '../github-stand-in/status-json.ts';
import type { Github } from '../github-stand-in/verbs.ts';
import { flightSuiteName } from '../rocket.ts';
import type { ActId, StepId, StepView } from './guide.ts';
import { suiteOf, summaryOf } from './progress.ts';

export type StatusView = Pick<StatusRecord, 'context' | 'state' | 'description' | 'targetUrl'> & {
  /** The step of the guide that is done when its link is followed. */
  step: StepId | null;
};

export type CommitView = {
  sha: string;
  title: string;
  isMerge: boolean;
  state: StatusState;
  summary: string;
  statuses: StatusView[];
};

export type ActView = { id: ActId; label: string; obstacle: string | null; isNext: boolean };

/** All that the page of a pull request shows. */
export type PullView = {
  repository: string;
  number: number;
  title: string;
  author: string;
  branch: string;
  base: string;
  status: 'open' | 'closed' | 'merged';
  /** Newest first. */
  commits: CommitView[];
  /** What happened last. */
  happened: string;
  /** None on a pull request that is not the visitor's. */
  acts: ActView[];
  steps: StepView[];
  /** The visitor's newest pull request, and where Paddock is. */
  yours: number;
  paddock: string;
};

export function commitViews(github: Github, repository: string, pull: Readonly<PullRecord>): CommitView[] {
  const merge = pull.state.status === 'merged' ? [pull.state.mergeSha] : [];
  return [...pull.commits, ...merge].toReversed().map(sha => {
    const latest = latestPerContext(github.statusesOf(repository, sha));
    const [title = ''] = (github.messageOf(repository, sha) ?? '').split('\n');
    return {
      sha,
      title,
      isMerge: merge.includes(sha),
      state: combinedState(latest),
      summary: summaryOf(latest),
      statuses: latest.map(statusView),
    };
  });
}

function statusView(status: StatusRecord): StatusView {
  const { context, state, description, targetUrl } = status;
  const isFlight = suiteOf(status) === flightSuiteName;
  const step = isFlight ? 'watch' : state === 'failure' ? 'read' : null;
  return { context, state, description, targetUrl, step };
}
