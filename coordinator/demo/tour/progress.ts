/** What a visitor may press now, and which steps of the guide are done, as functions of what GitHub knows. Pure. */
import type { PullState, StatusRecord } from '../github-stand-in/records.ts';
import { combinedState } from '../github-stand-in/status-json.ts';
import { artifactSuite } from '../rocket.ts';
import type { ActId, StepId } from './guide.ts';

export type Facts = {
  status: PullState['status'];
  /** Whether its newest formula is the wrong one. */
  isBroken: boolean;
  /** Whether a button is at work. */
  isBusy: boolean;
  commits: number;
  /** The newest status of each context: of its head, and of the merge commit once there is one. */
  head: readonly StatusRecord[];
  merge: readonly StatusRecord[];
};

export const suiteOf = ({ context }: Pick<StatusRecord, 'context'>): string =>
  context.slice(context.lastIndexOf('/') + 1);

const isGreen = (statuses: readonly StatusRecord[]): boolean => combinedState(statuses) === 'success';

/** Why a button would do nothing now; null when it may be pressed. */
export function obstacleTo(act: ActId, facts: Facts): string | null {
  const isOpen = facts.status === 'open';
  if (facts.isBusy) return 'another button is at work';
  if (act === 'open') return isOpen ? 'this one is open' : null;
  if (!isOpen) return 'this one is merged';
  if (act === 'break' && facts.isBroken) return 'a test is broken already';
  if (act === 'fix' && !facts.isBroken) return 'there is nothing to mend';
  if (act === 'merge' && !isGreen(facts.head)) return `waits for ${waitedFor(facts.head)}`;
  return null;
}

function waitedFor(statuses: readonly StatusRecord[]): string {
  const names = statuses.filter(({ state }) => state !== 'success').map(suiteOf);
  return names.length > 0 ? `${names.join(', ')} to pass` : 'the first status';
}

/** Steps that were done by pressing buttons, and whose verdict is there. */
export function stepsDone({ isBroken, commits, head, merge }: Facts): StepId[] {
  const isBuilt = merge.some(status => suiteOf(status) === artifactSuite && status.state === 'success');
  return [
    ...(commits > 1 && !isBroken && isGreen(head) ? (['fix'] as const) : []),
    ...(isBuilt && isGreen(merge) ? (['merge'] as const) : []),
  ];
}

/** How far a commit is, in a few words. */
export function summaryOf(latest: readonly StatusRecord[]): string {
  if (latest.length === 0) return 'no status yet';
  const named = (word: string, states: readonly string[]) => {
    const names = latest.filter(({ state }) => states.includes(state)).map(suiteOf);
    return names.length > 0 ? [`${word}: ${names.join(', ')}`] : [];
  };
  const passed = isGreen(latest) ? [`all ${latest.length} passed`] : named('passed', ['success']);
  return [...named('not passed', ['failure', 'error']), ...named('pending', ['pending']), ...passed].join(
    ' · ',
  );
}
