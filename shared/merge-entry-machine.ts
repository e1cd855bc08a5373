/**
 * The life of an entry: asked for, tested with others, landed. Invariants: an entry lands only from `landing`, or because
 * somebody merged it by hand; what has landed, was ejected or has left is over, and is asked for anew by another entry.
 * While a push may be under way nothing takes an entry out: whether it landed is known afterwards.
 */
import { type Decision, decideBy, impossible, stale, type Table, unchanged } from './decision.ts';
import type { MergeEntryEffect, MergeEntryEvent, MergeEntryState } from './merging.ts';

type EntryDecision = Decision<MergeEntryState, MergeEntryEffect>;
type Event<Type extends MergeEntryEvent['type']> = Extract<MergeEntryEvent, { type: Type }>;
type Batched = Extract<MergeEntryState, { status: 'in-batch' | 'testing' }>;

const to = (state: MergeEntryState, ...effects: MergeEntryEffect[]): EntryDecision => ({
  state,
  effects: [{ type: 'publish-status' }, ...effects],
});

const wait = (at: number, why: string | null = null) => ({ status: 'waiting', since: at, why }) as const;

const landed = ({ at, commit, isToClose }: Event<'landed'>) =>
  ({ status: 'landed', at, commit, isToClose }) as const;
const ejected = ({ at, reason, message, run }: Event<'ejected'>) =>
  ({ status: 'ejected', at, reason, message, run }) as const;
const withdrawn = ({ at, message }: Event<'withdrawn'>) => ({ status: 'withdrawn', at, message }) as const;

const abandon = ({ batch }: Batched): MergeEntryEffect => ({ type: 'abandon-batch', batch });

/** What was right when the batch was made does not hold any more. */
const reexamine = (entry: Batched, { at, why }: Event<'examined'>): EntryDecision =>
  why === null ? unchanged('nothing stands against it') : to(wait(at, why), abandon(entry));

const underWay = () => impossible('it is on its way to the base branch');
const isOver = () => stale('the entry is over');

const over = {
  examined: isOver,
  batched: isOver,
  'test-started': isOver,
  released: isOver,
  'landing-started': isOver,
  ejected: isOver,
  withdrawn: isOver,
  'closed-on-forge': isOver,
};

const table: Table<MergeEntryState, MergeEntryEvent, MergeEntryEffect> = {
  waiting: {
    examined: (entry, { at, why }) =>
      entry.why === why ? unchanged('it stands as it stood') : to(wait(at, why)),
    batched: (entry, { at, batch }) =>
      entry.why === null ? to({ status: 'in-batch', since: at, batch }) : impossible(entry.why),
    'test-started': () => stale('it is in no batch'),
    released: () => unchanged('it is in no batch'),
    'landing-started': (entry, { at }) =>
      entry.why === null ? to({ status: 'landing', since: at, batch: null }) : impossible(entry.why),
    landed: (_, event) => to(landed(event)),
    'closed-on-forge': () => stale('it has not landed'),
    ejected: (_, event) => to(ejected(event)),
    withdrawn: (_, event) => to(withdrawn(event)),
  },
  'in-batch': {
    examined: reexamine,
    batched: () => stale('it is in a batch already'),
    'test-started': ({ batch }, { at }) => to({ status: 'testing', since: at, batch }),
    released: (_, { at }) => to(wait(at)),
    'landing-started': ({ batch }, { at }) => to({ status: 'landing', since: at, batch }),
    landed: (entry, event) => to(landed(event), abandon(entry)),
    'closed-on-forge': () => stale('it has not landed'),
    ejected: (_, event) => to(ejected(event)),
    withdrawn: (entry, event) => to(withdrawn(event), abandon(entry)),
  },
  testing: {
    examined: reexamine,
    batched: () => stale('it is in a batch already'),
    'test-started': () => unchanged('it is being tested'),
    released: (_, { at }) => to(wait(at)),
    'landing-started': ({ batch }, { at }) => to({ status: 'landing', since: at, batch }),
    landed: (entry, event) => to(landed(event), abandon(entry)),
    'closed-on-forge': () => stale('it has not landed'),
    ejected: (_, event) => to(ejected(event)),
    withdrawn: (entry, event) => to(withdrawn(event), abandon(entry)),
  },
  landing: {
    examined: () => unchanged('it is on its way to the base branch'),
    batched: () => stale('it is in a batch already'),
    'test-started': () => stale('its test is over'),
    released: (_, { at }) => to(wait(at)),
    'landing-started': () => unchanged('it is on its way to the base branch'),
    landed: (_, event) => to(landed(event)),
    'closed-on-forge': () => stale('it has not landed'),
    ejected: (_, event) => to(ejected(event)),
    withdrawn: underWay,
  },
  landed: {
    ...over,
    landed: () => unchanged('it has landed'),
    'closed-on-forge': (entry, _) =>
      entry.isToClose
        ? { state: { ...entry, isToClose: false }, effects: [] }
        : unchanged('the forge knows it'),
  },
  ejected: { ...over, landed: isOver },
  withdrawn: { ...over, landed: isOver },
};

/** The next state of an entry and what the shell has to do about it; total over every status and event. */
export const decideMergeEntry = (state: MergeEntryState, event: MergeEntryEvent): EntryDecision =>
  decideBy(table, state, event);
