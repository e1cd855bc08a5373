/**
 * The shape of every state machine here: a pure function from a state and an event to the next state and the effects
 * that the shell performs after the commit, or to a rejection when the event comes late, twice or from a stranger.
 * Time, ids and randomness come inside the event; a late or repeated event is rejected, it never throws.
 */
export type Rejection = { reason: 'stale' | 'impossible' | 'unchanged'; message: string };

export type Decision<State, Effect> = { state: State; effects: Effect[] } | { rejected: Rejection };

/** The event is about an attempt or phase that is over: answer the sender, change nothing. */
export const stale = (message: string): { rejected: Rejection } => ({
  rejected: { reason: 'stale', message },
});

/** The event repeats what the state already says: answer the sender as if it were new, change nothing. */
export const unchanged = (message: string): { rejected: Rejection } => ({
  rejected: { reason: 'unchanged', message },
});

/** The event cannot follow from this state: a fault of the sender, worth a log line, never worth a crash. */
export const impossible = (message: string): { rejected: Rejection } => ({
  rejected: { reason: 'impossible', message },
});

export const isRejected = <State, Effect>(
  decision: Decision<State, Effect>,
): decision is { rejected: Rejection } => 'rejected' in decision;

/** One cell per status and event type; a missing cell is a compile error. */
export type Table<State extends { status: string }, Event extends { type: string }, Effect> = {
  [Status in State['status']]: {
    [Type in Event['type']]: (
      state: Extract<State, { status: Status }>,
      event: Extract<Event, { type: Type }>,
    ) => Decision<State, Effect>;
  };
};

/** Looks the cell up. The one cast of the house: TypeScript cannot follow the correlation of the two keys. */
export function decideBy<State extends { status: string }, Event extends { type: string }, Effect>(
  table: Table<State, Event, Effect>,
  state: State,
  event: Event,
): Decision<State, Effect> {
  const row = table[state.status as State['status']];
  const cell = row[event.type as Event['type']] as (state: State, event: Event) => Decision<State, Effect>;
  return cell(state, event);
}
