/**
 * The checks of one commit, one for each run: what was written last, how the run stands now, and what GitHub shows → what has to be
 * said again. Pure. A check is known by the run that it names; of several the newest counts. Only the App itself can change its
 * checks, so that one that differs is one that GitHub has not taken, or has lost. What is on its way is left to the next pass, and
 * what is sent again without effect is given up after a few times.
 */
import { checkName } from '#shared/forge-status.ts';
import type { Instant, RunId } from '#shared/ids.ts';
import type { CheckPayload } from '../../store/forge-payloads.ts';
import type { WriteOf } from '../../store/forge-writes.ts';
import type { ShownCheck } from '../shown-checks.ts';
import { isRepeated, isUnderWay, wasOffered } from './compare-writes.ts';

/** `isOwed`: there has to be a check of it; another one has it only where something was said once. */
export type ExpectedCheck = { run: RunId; standing: CheckPayload; isOwed: boolean };

type CheckWrite = WriteOf<'check'>;

export type CheckFacts = {
  /** Of one commit, oldest first. */
  writes: readonly CheckWrite[];
  expected: readonly ExpectedCheck[];
  shown: readonly ShownCheck[];
  /** When GitHub was asked. */
  askedAt: Instant;
};

export type CheckRepair = {
  run: RunId;
  sentence: string;
  /** The newest write that this was decided on; null: there was none. */
  basedOn: number | null;
} & (
  | { kind: 'check-missing' | 'check-differs'; do: 'resend' }
  /** The rows say something else than the newest write, or there is none. */
  | { kind: 'check-untold'; do: 'republish' }
);

export function compareChecks({ writes, expected, shown, askedAt }: CheckFacts): CheckRepair[] {
  const written = Map.groupBy(writes, ({ context }) => context);
  const told = new Map(
    shown.toSorted((a, b) => a.id - b.id).map(check => [check.externalId, check] as const),
  );
  return expected.flatMap(
    each => compareCheck(each, written.get(each.run) ?? [], told.get(each.run) ?? null, askedAt) ?? [],
  );
}

function compareCheck(
  { run, standing, isOwed }: ExpectedCheck,
  writes: readonly CheckWrite[],
  told: ShownCheck | null,
  askedAt: Instant,
): CheckRepair | null {
  const last = writes.at(-1) ?? null;
  if (last ? isUnderWay(last, askedAt) : !isOwed) return null;
  const basedOn = last?.id ?? null;
  if (!last || !wasOffered(last) || wordOf(last.payload) !== wordOf(standing))
    return {
      ...{ kind: 'check-untold', do: 'republish', run, basedOn },
      sentence: `the check of ${run} is ${wordOf(standing)}, and nobody has been told so`,
    };
  if (isRepeated(writes)) return null;
  if (!told)
    return {
      ...{ kind: 'check-missing', do: 'resend', run, basedOn },
      sentence: `GitHub shows no check of ${run}, which is ${wordOf(last.payload)}`,
    };
  const word = told.conclusion ?? told.status;
  if (word === wordOf(last.payload) && told.name === checkName) return null;
  return {
    ...{ kind: 'check-differs', do: 'resend', run, basedOn },
    sentence: `GitHub shows the check of ${run} as ${word}, which is ${wordOf(last.payload)}`,
  };
}

const wordOf = (payload: CheckPayload): string =>
  payload.status === 'completed' ? payload.conclusion : payload.status;
