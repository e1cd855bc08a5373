import type { ObservedMachine } from '#shared/host-messages.ts';
import type { DriverMachine } from './drivers/driver.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Retry } from './retries.ts';

/** What is known about one of our machines, or about one that the coordinator wants. */
export type Known = {
  entry: LedgerEntry | null;
  machine: DriverMachine | null;
  underWay: 'prepare' | 'create' | 'destroy' | null;
  retry: Retry | null;
  isTakenOver: boolean;
  /** Its driver cannot list its machines: what was true last is taken to be true still. */
  isUnseen: boolean;
};

const reasonChars = 2_000;

/** A machine in the words of the report. Every machine that is wanted has some: silence would read as "lost". */
export function describeMachine(known: Known): Pick<ObservedMachine, 'state' | 'reason'> {
  const { entry, machine, underWay, retry, isTakenOver, isUnseen } = known;
  if (entry?.state === 'gone') return { state: 'gone', reason: entry.reason.slice(0, reasonChars) };
  const reason = retry ? `${retry.message}; trying again (${retry.tries} so far)`.slice(0, reasonChars) : '';
  const doing = underWay ?? retry?.of ?? null;
  if (doing) return { state: doing === 'destroy' ? 'destroying' : 'creating', reason };
  if (machine?.state === 'dead')
    return { state: 'destroying', reason: machine.reason?.slice(0, reasonChars) ?? '' };
  // In the ledger alone it may be about to be made: the ledger is written first.
  if (entry && (isTakenOver || isUnseen)) return { state: 'running', reason: '' };
  return { state: 'creating', reason: 'its turn to be created has not come' };
}
