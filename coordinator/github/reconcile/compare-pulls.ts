/**
 * What is known of a repository's pull requests × what GitHub shows → what has been missed. Pure. Each repair is what a delivery
 * would have asked for, so that it goes the way of deliveries and nothing is done twice.
 *
 * What GitHub shows may be older than what is known: deliveries come while it is being read, and its lists lag behind. A
 * pull request of which something newer has been heard is left alone; where both have the same second, whoever handles
 * the repair asks GitHub once more. Who has pushed a head GitHub does not show, so that one of a fork waits for approval. Drafts are tested like the others, so that a draft is no difference.
 */
import { shortCommit } from '#shared/short-commit.ts';
import type { Change } from '../../store/changes.ts';
import type { DeliveryIntent } from '../delivery-intent.ts';
import type { ShownPull } from '../read-pull-request.ts';

export type PullIntent = Extract<DeliveryIntent, { type: 'pull-changed' | 'pull-closed' }>;

export type PullRepair = {
  kind: 'unknown-pull' | 'moved-head' | 'reopened' | 'moved-base' | 'left-base' | 'closed' | 'merged';
  number: number;
  sentence: string;
  intent: PullIntent;
};

export type PullFacts = {
  known: readonly Change[];
  /** Open ones, as they were listed. */
  open: readonly ShownPull[];
  isTestedBase(branch: string): boolean;
};

/** `missing`: known to be open, and not in the list; whether they are closed, merged or only left out GitHub has to be asked. */
export function comparePulls({ known, open, isTestedBase }: PullFacts): {
  repairs: PullRepair[];
  missing: number[];
} {
  const changes = new Map(known.map(change => [change.number, change]));
  const listed = new Set(open.map(({ number }) => number));
  return {
    repairs: open.flatMap(pull => compareOpen(changes.get(pull.number) ?? null, pull, isTestedBase) ?? []),
    missing: known
      .filter(({ state, number }) => state === 'open' && !listed.has(number))
      .map(({ number }) => number),
  };
}

/** One that was missing, as GitHub shows it alone. */
export function compareMissing(
  known: Change,
  pull: ShownPull,
  isTestedBase: PullFacts['isTestedBase'],
): PullRepair | null {
  if (known.updatedAt > pull.updatedAt || known.state !== 'open') return null;
  return pull.standing === 'open' ? compareOpen(known, pull, isTestedBase) : endOf(pull);
}

/**
 * Those that GitHub lists as closed, and that are known as closed. One that was opened again, or was to be merged into a tested
 * branch again, and was merged before anybody heard of it: what is merged stays so, whatever else is known.
 */
export function compareClosed({
  known,
  closed,
  isTestedBase,
}: Pick<PullFacts, 'known' | 'isTestedBase'> & { closed: readonly ShownPull[] }): PullRepair[] {
  const knownAsClosed = new Set(known.flatMap(({ number, state }) => (state === 'closed' ? [number] : [])));
  return closed
    .filter(
      ({ number, standing, baseRef }) =>
        knownAsClosed.has(number) && typeof standing === 'object' && isTestedBase(baseRef),
    )
    .map(endOf);
}

function endOf(pull: ShownPull): PullRepair {
  const { number, standing, baseRef } = pull;
  if (typeof standing === 'string')
    return {
      kind: 'closed',
      number,
      sentence: `#${number} was closed, and nothing had told so`,
      intent: { type: 'pull-closed', ...pull, merged: null },
    };
  const { mergeSha } = standing;
  return {
    kind: 'merged',
    number,
    sentence: `#${number} was merged as ${shortCommit(mergeSha)}, and nothing had told so`,
    intent: { type: 'pull-closed', ...pull, merged: { mergeSha, baseRef } },
  };
}

function compareOpen(
  known: Change | null,
  pull: ShownPull,
  isTestedBase: PullFacts['isTestedBase'],
): PullRepair | null {
  if (known && (known.updatedAt > pull.updatedAt || known.state === 'merged')) return null;
  const difference = isTestedBase(pull.baseRef) ? differenceOf(known, pull) : leftBase(known, pull);
  if (!difference) return null;
  const { kind, sentence, action } = difference;
  const intent: PullIntent = { type: 'pull-changed', action, before: null, pushedBy: null, ...pull };
  return { kind, number: pull.number, sentence, intent };
}

type Difference = Pick<PullRepair, 'kind' | 'sentence'> & {
  action: Extract<PullIntent, { type: 'pull-changed' }>['action'];
};

function differenceOf(known: Change | null, pull: ShownPull): Difference | null {
  const { number } = pull;
  const head = shortCommit(pull.headSha);
  if (!known)
    return {
      kind: 'unknown-pull',
      action: 'opened',
      sentence: `#${number} is open at ${head}, and nothing had told of it`,
    };
  if (known.state === 'closed')
    return {
      kind: 'reopened',
      action: 'reopened',
      sentence: `#${number} is open again at ${head}, and nothing had told so`,
    };
  if (known.headSha !== pull.headSha)
    return {
      kind: 'moved-head',
      action: 'synchronize',
      sentence: `#${number} has moved from ${shortCommit(known.headSha)} to ${head}, and nothing had told so`,
    };
  if (known.baseRef !== pull.baseRef)
    return {
      kind: 'moved-base',
      action: 'edited',
      sentence: `#${number} is to be merged into ${pull.baseRef} now, not into ${known.baseRef}`,
    };
  return null;
}

const leftBase = (known: Change | null, { number, baseRef }: ShownPull): Difference | null =>
  known?.state === 'open'
    ? {
        kind: 'left-base',
        action: 'edited',
        sentence: `#${number} is to be merged into ${baseRef} now, which is not tested`,
      }
    : null;
