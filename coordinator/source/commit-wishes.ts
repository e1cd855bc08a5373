import type { CommitSha, RepositoryId } from '#shared/ids.ts';

export type CommitWish = {
  repository: RepositoryId;
  cloneUrl: string;
  commit: CommitSha;
  /** Where the commit is said to be (`refs/heads/main`, `refs/pull/7/head`): for servers that refuse exact ids. */
  ref?: string | undefined;
};

/** How each wish of a batch ended: null, or why not. */
export type Fulfilment = Map<CommitSha, Error | null>;

export type CommitWishes = {
  /** Resolves when the commit is there. Rejects with its error, or at once with the signal's reason. */
  ask(wish: CommitWish, signal: AbortSignal): Promise<void>;
  /** Aborts what runs and waits for its end. */
  close(): Promise<void>;
};

type Ask = { wish: CommitWish; waiters: number; end: PromiseWithResolvers<void> };
type Batch = { asks: Ask[]; abort: AbortController };
/** One repository with work: at most one batch runs, later wishes gather for the next. */
type Lane = { pending: Ask[]; running: Batch | null; done: Promise<void> };

/**
 * Wishes for one repository are fulfilled one batch at a time. The same commit asked for twice is fetched once; commits
 * asked for while a batch runs share the next one. A batch nobody waits for any more is aborted.
 */
export function createCommitWishes(
  fulfil: (wishes: CommitWish[], signal: AbortSignal) => Promise<Fulfilment>,
): CommitWishes {
  const lanes = new Map<RepositoryId, Lane>();
  const closing = new AbortController();

  const runBatch = async (asks: Ask[], lane: Lane): Promise<void> => {
    const abort = new AbortController();
    lane.running = { asks, abort };
    const signal = AbortSignal.any([abort.signal, closing.signal]);
    try {
      const ends = await fulfil(
        asks.map(({ wish }) => wish),
        signal,
      );
      for (const ask of asks) settle(ask, ends.get(ask.wish.commit) ?? null);
    } catch (error) {
      for (const ask of asks) ask.end.reject(error);
    } finally {
      lane.running = null;
    }
  };

  const work = async (repository: RepositoryId, lane: Lane): Promise<void> => {
    await null; // wishes of the same turn of the loop share the first batch
    for (let asks = nextBatch(lane); asks.length > 0; asks = nextBatch(lane)) await runBatch(asks, lane);
    lanes.delete(repository);
  };

  const laneOf = (repository: RepositoryId): Lane => {
    const busy = lanes.get(repository);
    if (busy) return busy;
    const lane: Lane = { pending: [], running: null, done: Promise.resolve() };
    lanes.set(repository, lane);
    lane.done = work(repository, lane);
    return lane;
  };

  return {
    async ask(wish, signal) {
      signal.throwIfAborted();
      closing.signal.throwIfAborted();
      const lane = laneOf(wish.repository);
      const ask = joinable(lane, wish) ?? addAsk(lane, wish);
      ask.waiters++;
      try {
        await raceAbort(ask.end.promise, signal);
      } finally {
        ask.waiters--;
        abandon(lane, ask);
      }
    },
    async close() {
      closing.abort(new Error('the coordinator is closing'));
      await Promise.all([...lanes.values()].map(({ done }) => done));
    },
  };
}

const settle = ({ end }: Ask, error: Error | null): void => (error ? end.reject(error) : end.resolve());

/** All wishes that the same URL can fulfil, those nobody waits for left out. */
function nextBatch(lane: Lane): Ask[] {
  lane.pending = lane.pending.filter(({ waiters }) => waiters > 0);
  const cloneUrl = lane.pending[0]?.wish.cloneUrl;
  const asks = lane.pending.filter(({ wish }) => wish.cloneUrl === cloneUrl);
  lane.pending = lane.pending.filter(({ wish }) => wish.cloneUrl !== cloneUrl);
  return asks;
}

function joinable({ pending, running }: Lane, wish: CommitWish): Ask | undefined {
  const live = running && !running.abort.signal.aborted ? running.asks : [];
  return [...live, ...pending].find(
    ({ wish: other }) => other.commit === wish.commit && other.cloneUrl === wish.cloneUrl,
  );
}

function addAsk(lane: Lane, wish: CommitWish): Ask {
  const ask: Ask = { wish, waiters: 0, end: Promise.withResolvers() };
  ask.end.promise.catch(() => {}); // each waiter hears of it through its own race
  lane.pending.push(ask);
  return ask;
}

/** Stops the batch that runs for this ask when nobody waits for any of it. */
function abandon({ running }: Lane, ask: Ask): void {
  if (running?.asks.includes(ask) && running.asks.every(({ waiters }) => waiters === 0))
    running.abort.abort(new Error('nobody waits for this commit any more'));
}

async function raceAbort(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const leave = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
