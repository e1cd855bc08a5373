/**
 * The statuses of one commit: what was written last of each context, what its jobs say now, and what GitHub shows → what has
 * to be said again. Pure. Contexts that are not Paddock's are somebody else's business. What is on its way, or has only just
 * arrived, is not looked at; the next pass does. What is sent again without effect (somebody else writes the same context,
 * or GitHub refuses it) is given up after a few times: GitHub takes 1,000 per commit and context.
 */
import { type ForgeState, mergeContext, summaryContext } from '#shared/forge-status.ts';
import type { Instant, JobId } from '#shared/ids.ts';
import type { WriteOf } from '../../store/forge-writes.ts';
import type { ShownStatus } from '../forge-reads.ts';
import { isRepeated, isUnderWay, wasOffered } from './compare-writes.ts';

/** What a context should say: that of a job, or that of all required jobs together. */
export type ExpectedStatus = { state: ForgeState; job: JobId };

type StatusWrite = WriteOf<'status'>;

export type StatusFacts = {
  /** Of one commit, oldest first. */
  writes: readonly StatusWrite[];
  expected: ReadonlyMap<string, ExpectedStatus>;
  shown: readonly ShownStatus[];
  /** Jobs may come: a run of the commit is being prepared. */
  isPreparing: boolean;
  /** A merge of the commit is asked for and not over: that its context is pending is no mistake. */
  isToBeMerged: boolean;
  /** When GitHub was asked. */
  askedAt: Instant;
};

export type StatusRepair = {
  context: string;
  sentence: string;
  /** The newest write of the context that this was decided on; null: there was none. */
  basedOn: number | null;
} & (
  | { kind: 'status-missing' | 'status-differs'; do: 'resend' }
  /** The rows say something else than the newest write, or there is none. */
  | { kind: 'status-untold'; do: 'republish'; job: JobId }
  | { kind: 'stale-pending'; do: 'end' }
);

/** GitHub does not tell contexts apart by case. */
const keyOf = (context: string): string => context.toLowerCase();

const isOurs = (context: string): boolean => {
  const key = keyOf(context);
  return key === summaryContext || key.startsWith(`${summaryContext}/`);
};

export function compareStatuses(facts: StatusFacts): StatusRepair[] {
  const { writes, expected, shown } = facts;
  const written = Map.groupBy(writes, ({ context }) => keyOf(context));
  const told = new Map(
    shown.filter(({ context }) => isOurs(context)).map(each => [keyOf(each.context), each]),
  );
  const due = new Map([...expected].map(([context, each]) => [keyOf(context), { context, ...each }]));
  const keys = [...new Set([...written.keys(), ...due.keys(), ...told.keys()])].sort();
  return keys.flatMap(
    key => compareContext(facts, written.get(key) ?? [], due.get(key) ?? null, told.get(key) ?? null) ?? [],
  );
}

function compareContext(
  facts: StatusFacts,
  writes: readonly StatusWrite[],
  due: (ExpectedStatus & { context: string }) | null,
  told: ShownStatus | null,
): StatusRepair | null {
  const last = writes.at(-1) ?? null;
  if (last && isUnderWay(last, facts.askedAt)) return null;
  const basedOn = last?.id ?? null;
  const context = due?.context ?? last?.context ?? told?.context ?? '';
  if (due && (!last || !wasOffered(last) || last.payload.state !== due.state))
    return {
      ...{ kind: 'status-untold', do: 'republish', context, basedOn, job: due.job },
      sentence: `${context} is ${due.state}, and nobody has been told so`,
    };
  const isPending = (last?.payload ?? told)?.state === 'pending';
  const isAwaited = facts.isPreparing || (facts.isToBeMerged && keyOf(context) === mergeContext);
  if (!due && isPending && !isAwaited)
    return {
      ...{ kind: 'stale-pending', do: 'end', context, basedOn },
      sentence: `${context} is pending on GitHub, and no job will ever end it`,
    };
  if (!last || isRepeated(writes)) return null;
  return differenceOf(last, told);
}

function differenceOf(last: StatusWrite, told: ShownStatus | null): StatusRepair | null {
  const { context, id: basedOn, payload } = last;
  if (!told)
    return {
      ...{ kind: 'status-missing', do: 'resend', context, basedOn },
      sentence: `GitHub shows no ${context}, which is ${payload.state}`,
    };
  const isSame =
    told.state === payload.state &&
    told.description === payload.description &&
    told.targetUrl === payload.targetUrl;
  if (isSame) return null;
  return {
    ...{ kind: 'status-differs', do: 'resend', context, basedOn },
    sentence:
      told.state === payload.state
        ? `GitHub shows other words for ${context} than were sent last`
        : `GitHub shows ${context} as ${told.state}, which is ${payload.state}`,
  };
}
