/**
 * What a desired state means for a machine: pure, total over every `want` and what the machine is doing. Repeated and late
 * words change nothing, so an answer and the push that hastened it are one act. Only `cancel`, `settled`, `fenced` and
 * `retire` end work; `idle` never does, for it may have been written before the work began.
 */
import type { AttemptRef, GuestDesired, RunSpec } from '#shared/messages.ts';

export type Act =
  | { do: 'nothing' }
  | { do: 'start'; spec: RunSpec }
  | { do: 'cancel'; reason: 'cancelled' | 'superseded'; message: string }
  /** The coordinator waits for the end of an attempt that never began here. */
  | { do: 'report-cancelled'; ref: AttemptRef; reason: 'cancelled' | 'superseded'; message: string }
  /** Stop, delete, report nothing: the coordinator has decided without this machine, or has its report. */
  | { do: 'discard'; message: string }
  | { do: 'retire' };

/** The attempt that occupies the machine until its report is answered, and those that are over. */
export type Occupation = { running: AttemptRef | null; isOver(ref: AttemptRef): boolean };

const nothing: Act = { do: 'nothing' };

const isSame = (one: AttemptRef | null, other: AttemptRef): boolean =>
  one?.attempt === other.attempt && one.number === other.number;

export function judge({ running, isOver }: Occupation, desired: GuestDesired): Act {
  switch (desired.want) {
    case 'idle':
      return nothing;
    case 'retire':
      return { do: 'retire' };
    case 'run': {
      const { spec } = desired;
      if (isSame(running, spec) || isOver(spec)) return nothing;
      // One at a time: the old one goes first; the renewal after its end brings the same `run` again.
      if (running) return { do: 'discard', message: `${spec.attempt} takes its place` };
      return { do: 'start', spec };
    }
    case 'cancel': {
      const { attempt, number, reason, message } = desired;
      if (isSame(running, desired)) return { do: 'cancel', reason, message };
      if (running || isOver(desired)) return nothing;
      return { do: 'report-cancelled', ref: { attempt, number }, reason, message };
    }
    case 'settled':
      return isSame(running, desired) ? { do: 'discard', message: 'its verdict is stored' } : nothing;
    case 'fenced':
      return isSame(running, desired)
        ? { do: 'discard', message: 'a newer attempt exists or its job is over' }
        : nothing;
  }
}
