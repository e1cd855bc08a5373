/** Whether the audit log is as it was written: every number there, every digest that of its entry and of the one before. */
import type { AuditVerdict, KnownEntry } from '#shared/audit.ts';
import { limits } from '#shared/limits.ts';
import { type AuditChain, auditEntryFrom, listAudit, listAuditRows, readAuditChain } from '../store/audit.ts';
import { digestOf } from '../store/audit-chain.ts';
import type { Tx } from '../store/store.ts';

type Broken = NonNullable<AuditVerdict['broken']>;

/**
 * Reads all of it. What is added meanwhile is not looked at. `known`: an entry as somebody has seen it, which must be
 * there as it was: whoever can change everything can make a chain anew, and cannot change what was seen.
 */
export async function verifyAudit(tx: Tx, known: KnownEntry | null): Promise<AuditVerdict> {
  const chain = await readAuditChain(tx);
  let previous = { seq: chain.startSeq, digest: chain.startDigest };
  let entries = 0;
  let broken: Broken | null = await startProblem(tx, chain);
  for (;;) {
    const rows = await listAuditRows(tx, {}, { after: previous.seq, last: chain.seq, max: limits.auditScan });
    for (const { digest, ...row } of broken ? [] : rows) {
      broken =
        problemOf(previous, row.seq, digest === digestOf(previous.digest, row)) ??
        knownProblem(known, { seq: row.seq, digest });
      if (broken) break;
      previous = { seq: row.seq, digest };
      entries += 1;
    }
    if (broken || rows.length === 0) break;
  }
  broken ??= endProblem(previous, chain) ?? absentProblem(known, chain);
  const first = entries > 0 ? chain.startSeq + 1 : null;
  return { entries, first, last: previous.seq, digest: previous.digest, broken };
}

function problemOf(previous: { seq: number }, seq: number, isRight: boolean): Broken | null {
  const expected = previous.seq + 1;
  if (seq !== expected) return { seq: expected, why: `entry ${expected} is missing` };
  return isRight ? null : { seq, why: `entry ${seq} is not as it was written, or one before it is not` };
}

function knownProblem(known: KnownEntry | null, { seq, digest }: KnownEntry): Broken | null {
  if (known?.seq !== seq || known.digest === digest) return null;
  return { seq, why: `entry ${seq} had another digest when it was seen: the log was written anew` };
}

function endProblem(last: { seq: number; digest: string }, chain: AuditChain): Broken | null {
  if (last.seq === chain.seq && last.digest === chain.digest) return null;
  const seq = last.seq + 1;
  return { seq, why: `entries from ${seq} on are missing` };
}

/** What was removed from its beginning is told by the newest entry about that. */
async function startProblem(tx: Tx, { startSeq, startDigest }: AuditChain): Promise<Broken | null> {
  const [trim] = await listAudit(tx, { act: 'audit.trim' }, { before: null, max: 1 });
  const [seq, digest] = [trim?.after?.last ?? 0, trim?.after?.digest ?? ''];
  if (seq === startSeq && digest === startDigest) return null;
  return { seq: startSeq + 1, why: `entries before ${startSeq + 1} are missing, and nothing says why` };
}

/** What was seen has to be among what is kept, unless it is older. */
function absentProblem(known: KnownEntry | null, { seq, startSeq }: AuditChain): Broken | null {
  if (!known || (known.seq <= seq && known.seq > startSeq)) return null;
  if (known.seq <= startSeq) return { seq: known.seq, why: `entry ${known.seq} was removed: it was too old` };
  return { seq: seq + 1, why: `entry ${known.seq} was seen, and the log ends with ${seq}` };
}

/** Every entry that fits, oldest first, up to the newest of now. */
export async function* eachEntry(tx: Tx, filter: Parameters<typeof listAuditRows>[1]) {
  const { seq: last } = await readAuditChain(tx);
  for (let after = 0; ; ) {
    const rows = await listAuditRows(tx, filter, { after, last, max: limits.auditScan });
    for (const row of rows) yield auditEntryFrom(row);
    const end = rows.at(-1);
    if (!end) return;
    after = end.seq;
  }
}
