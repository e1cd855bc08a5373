/**
 * What somebody is doing, from the door to the transaction: the first change that is written within an act brings the
 * entry of the audit log, in the same transaction, so that there never is one without the other.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely } from 'kysely';
import type { AuditActor, AuditValues, AuditWay } from '#shared/audit.ts';
import { type AuditFacts, appendAudit, byItself, lockAudit } from './audit.ts';
import type { Tables } from './schema.ts';

/** As in `store.ts`, which writes by this file. */
type Tx = Kysely<Tables>;

/** Who asks, and from where. */
export type Origin = { actor: AuditActor; way: AuditWay; address: string | null };

/**
 * `before`: how it was, read in the transaction of the change, so that of two changes at once the second one tells what the
 * first has made; without it `facts` have it. `made`: which fields of the change's result are kept as what became of it; the
 * first is the name of one that is no object.
 */
export type Act = {
  facts: AuditFacts;
  before?: (tx: Tx) => Promise<AuditValues | null>;
  made?: readonly string[];
};

/**
 * `waiting`: the next change that is written brings the entry. `taken`: one that is being written does. `written`: it was.
 * `over`: whatever goes on afterwards is nobody's act.
 */
export type ActScope = { act: Act; status: 'waiting' | 'taken' | 'written' | 'over' };

type Doing = { origin: Origin; scope: ActScope | null };

const doing = new AsyncLocalStorage<Doing>();

export const withinOrigin = <Result>(origin: Origin, scope: ActScope | null, run: () => Result): Result =>
  doing.run({ origin, scope }, run);

export const openAct = (act: Act): ActScope => ({ act, status: 'waiting' });

/** Who asks for what is being done; the coordinator itself where nobody does. */
export const currentOrigin = (): Origin => doing.getStore()?.origin ?? byItself;

/** An act within whatever is being done: of somebody else, or besides. What it writes first brings its entry. */
export const inAct = <Result>(
  origin: Origin,
  { made, ...facts }: Pick<AuditFacts, 'at' | 'act' | 'subject'> & Partial<AuditFacts> & Pick<Act, 'made'>,
  run: () => Result,
): Result =>
  withinOrigin(
    origin,
    openAct({ facts: { ...byItself, ...origin, ...facts }, ...(made ? { made } : {}) }),
    run,
  );

type Write = <Result>(change: (tx: Tx) => Promise<Result>) => Promise<Result>;

/** The same writer, which adds the entry of the act in which it is called. A change that was refused brings none. */
export const writingActs =
  (write: Write): Write =>
  async change => {
    const scope = doing.getStore()?.scope;
    if (scope?.status !== 'waiting') return write(change);
    scope.status = 'taken';
    let isWritten = false;
    try {
      const result = await write(async tx => {
        const facts = await factsOf(tx, scope.act);
        const result = await change(tx);
        isWritten = !isRefused(result);
        if (isWritten) await appendAudit(tx, withMade(facts, scope.act, result));
        return result;
      });
      settle(scope, isWritten);
      return result;
    } catch (error) {
      settle(scope, false);
      throw error;
    }
  };

/** Where several coordinators write, nobody else changes what an act is done to between this and the entry. */
async function factsOf(tx: Tx, { facts, before }: Act): Promise<AuditFacts> {
  if (!before) return facts;
  await lockAudit(tx);
  return { ...facts, before: await before(tx) };
}

/** The entry of an act that has changed no row. */
export const appendAct = async (tx: Tx, act: Act): Promise<number> => appendAudit(tx, await factsOf(tx, act));

function settle(scope: ActScope, isWritten: boolean): void {
  if (scope.status === 'taken') scope.status = isWritten ? 'written' : 'waiting';
}

/** As changes say that they did nothing. */
const isRefused = (result: unknown): boolean =>
  isObject(result) && Boolean(result.rejected || result.refusal || result.refused);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function withMade(facts: AuditFacts, { made = [] }: Act, result: unknown): AuditFacts {
  const [only] = made;
  if (only === undefined) return facts;
  const fields = isObject(result) ? result : { [only]: result };
  const kept = made.filter(key => key in fields).map(key => [key, fields[key] as AuditValues[string]]);
  return { ...facts, after: { ...facts.after, ...Object.fromEntries(kept) } };
}
