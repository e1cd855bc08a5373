/** What somebody does on the forge, with leave that the forge gives, stands in the audit log as what is done here does. */
import type { ActName, AuditValues } from '#shared/audit.ts';
import type { Instant } from '#shared/ids.ts';
import { appendAudit, byItself } from '../store/audit.ts';
import type { Tx } from '../store/store.ts';

type Deed = {
  at: Instant;
  act: ActName;
  /** An account of the forge, and its number where that is known. */
  by: string | null;
  byId?: number;
  repository: string;
  subject: string;
  after: AuditValues;
};

/** In the transaction in which it is done. */
export const noteAct = (tx: Tx, { at, act, by, byId, ...what }: Deed): Promise<number> =>
  appendAudit(tx, {
    ...byItself,
    ...what,
    ...{ at, act, way: 'github' },
    actor: { kind: 'github', name: by ?? 'somebody on GitHub', id: byId === undefined ? null : String(byId) },
  });
