/** What machines that never reported in wrote on their consoles: at most one text for each, and the newest ones only. */
import type { Instant, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Tables } from './schema.ts';
import { pick, statement } from './statement.ts';
import type { Tx } from './store.ts';

export type BootEvidence = {
  machineId: MachineId;
  /** Plain text, as `consoleText` makes it; empty: nothing was written. */
  console: string;
  receivedAt: Instant;
};

const ofMachine = statement((db, { id }: { id: MachineId }) =>
  db.selectFrom('boot_evidence').selectAll().where('machine_id', '=', id),
);

export async function findEvidence(tx: Tx, id: MachineId): Promise<BootEvidence | null> {
  const row = await ofMachine.first(tx, { id });
  return row ? { machineId: row.machine_id, console: row.console, receivedAt: row.received_at } : null;
}

const insert = statement((db, row: Tables['boot_evidence']) =>
  db
    .insertInto('boot_evidence')
    .values(pick(row, ['machine_id', 'console', 'received_at']))
    .onConflict(conflict => conflict.column('machine_id').doNothing()),
);

/**
 * Keeps the first that comes of a machine, and makes room for it.
 * @returns false when there was one already.
 */
export async function insertEvidence(
  tx: Tx,
  { machineId, console, receivedAt }: BootEvidence,
  kept: number = limits.evidenceKept,
): Promise<boolean> {
  const inserted = await insert.run(tx, { machine_id: machineId, console, received_at: receivedAt });
  if (inserted === 0n) return false;
  await removeOldest(tx, kept);
  return true;
}

async function removeOldest(tx: Tx, kept: number): Promise<void> {
  const surplus = tx
    .selectFrom('boot_evidence')
    .select('machine_id')
    .orderBy('received_at', 'desc')
    .orderBy('machine_id', 'desc')
    .limit(limits.evidenceKept)
    .offset(kept);
  await tx.deleteFrom('boot_evidence').where('machine_id', 'in', surplus).execute();
}
