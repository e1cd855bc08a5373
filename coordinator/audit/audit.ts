/** The audit log: what is written by itself and not with a change, and how it is read, verified, exported and trimmed. */
import type { AuditEntry, AuditFilter, AuditPage, AuditVerdict, KnownEntry } from '#shared/audit.ts';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type Act, appendAct } from '../store/acts.ts';
import {
  type AuditFacts,
  appendAudit,
  byItself,
  listAudit,
  readAuditChain,
  trimAudit,
} from '../store/audit.ts';
import type { Store } from '../store/store.ts';
import { createRefusalBounds } from './refusal-bounds.ts';
import { eachEntry, verifyAudit } from './verify-chain.ts';

export type { ActScope, Origin } from '../store/acts.ts';
export { openAct, withinOrigin } from '../store/acts.ts';
export type { AuditFacts } from '../store/audit.ts';
export type { Tx } from '../store/store.ts';

export type Audit = {
  /** Of an act that has changed no row. @throws StoreError */
  recordAct(act: Act): Promise<void>;
  /** @throws StoreError */
  record(facts: AuditFacts): Promise<void>;
  /** Of what was refused: bounded, for each actor and in all. @throws StoreError */
  refused(facts: AuditFacts): Promise<void>;
  /** Newest first. */
  list(filter: AuditFilter, page: { before: number | null; max: number }): Promise<AuditPage>;
  /** Oldest first. */
  each(filter: AuditFilter): AsyncIterable<AuditEntry>;
  verify(known: KnownEntry | null): Promise<AuditVerdict>;
  /** Writes how many refusals were skipped, and removes what is too old; where the log stands then. */
  tidy(options?: { isLast: boolean }): Promise<{ seq: number; digest: string }>;
};

export function createAudit({ store, now }: { store: Store; now: () => Instant }): Audit {
  const bounds = createRefusalBounds();

  const record = async (facts: AuditFacts): Promise<void> => {
    await store.write(tx => appendAudit(tx, facts));
  };

  async function tellSkipped(isLast = false): Promise<void> {
    const at = now();
    const skipped = bounds.skipped(at, isLast);
    if (skipped)
      await record({
        ...byItself,
        ...{ at, act: 'audit.skip', outcome: 'refused', subject: `${skipped.refusals} refusals` },
        after: skipped,
      });
  }

  return {
    record,
    async recordAct(act) {
      await store.write(tx => appendAct(tx, act));
    },
    async refused(facts) {
      await tellSkipped();
      if (bounds.take(facts, facts.at)) await record(facts);
    },
    async list(filter, { before, max }) {
      const items = await listAudit(store.read, filter, { before, max });
      return { items, next: items.length === max ? (items.at(-1)?.seq ?? null) : null };
    },
    each: filter => eachEntry(store.read, filter),
    verify: known => verifyAudit(store.read, known),
    async tidy({ isLast } = { isLast: false }) {
      await tellSkipped(isLast);
      const at = now();
      await store.write(tx =>
        trimAudit(tx, { before: at - limits.auditKeepMs, most: limits.auditEntries, at }),
      );
      const { seq, digest } = await readAuditChain(store.read);
      return { seq, digest };
    },
  };
}
