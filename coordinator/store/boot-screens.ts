/** What machines that never reported in showed on their displays: at most one picture for each, and the newest ones only. */
import type { Instant, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Tables } from './schema.ts';
import { pick, statement } from './statement.ts';
import type { Tx } from './store.ts';

export type BootScreen = { machineId: MachineId; png: Uint8Array; receivedAt: Instant };

const ofMachine = statement((db, { id }: { id: MachineId }) =>
  db.selectFrom('boot_screen').select('png').where('machine_id', '=', id),
);

export async function findScreen(tx: Tx, id: MachineId): Promise<Uint8Array | null> {
  const row = await ofMachine.first(tx, { id });
  return row ? new Uint8Array(row.png) : null;
}

const sizeOfMachine = statement((db, { id }: { id: MachineId }) =>
  db.selectFrom('boot_screen').select('bytes').where('machine_id', '=', id),
);

/** How large it is; null: there is none. */
export async function screenBytes(tx: Tx, id: MachineId): Promise<number | null> {
  return (await sizeOfMachine.first(tx, { id }))?.bytes ?? null;
}

const insert = statement((db, row: Tables['boot_screen']) =>
  db
    .insertInto('boot_screen')
    .values(pick(row, ['machine_id', 'png', 'bytes', 'received_at']))
    .onConflict(conflict => conflict.column('machine_id').doNothing()),
);

/** Keeps the first that comes of a machine, and makes room for it. */
export async function insertScreen(
  tx: Tx,
  { machineId, png, receivedAt }: BootScreen,
  kept: number = limits.screensKept,
): Promise<void> {
  await insert.run(tx, { machine_id: machineId, png, bytes: png.length, received_at: receivedAt });
  const surplus = tx
    .selectFrom('boot_screen')
    .select('machine_id')
    .orderBy('received_at', 'desc')
    .orderBy('machine_id', 'desc')
    .limit(limits.screensKept)
    .offset(kept);
  await tx.deleteFrom('boot_screen').where('machine_id', 'in', surplus).execute();
}
