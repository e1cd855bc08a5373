import type { HostId, Instant, MachineId } from '#shared/ids.ts';
import { type ImageManifest, resolvedManifest } from '#shared/image-manifest.ts';
import { type MachineState, machineState } from '#shared/machine.ts';
import { newId } from './new-id.ts';
import { assertSaved, columnParser, parseState, word } from './rows.ts';
import type { Tables } from './schema.ts';
import type { Tx } from './store.ts';

export type Machine = {
  id: MachineId;
  image: string;
  manifest: ImageManifest;
  hostId: HostId;
  /** The NATS user key it enrolled with; its boot ticket is bound to this one. */
  publicKey: string | null;
  state: MachineState;
  version: number;
  createdAt: Instant;
  expiresAt: Instant;
};

const manifestOf = columnParser(resolvedManifest);

const fromRow = (row: Tables['machine']): Machine => ({
  id: row.id,
  image: row.image,
  manifest: manifestOf(row.manifest, `machine ${row.id}.manifest`),
  hostId: row.host_id,
  publicKey: row.public_key,
  state: parseState(machineState, row, 'machine'),
  version: row.version,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});

export async function insertMachine(
  tx: Tx,
  machine: Pick<Machine, 'image' | 'manifest' | 'hostId' | 'expiresAt'>,
  at: Instant,
): Promise<Machine> {
  const state: MachineState = { status: 'requested', since: at, reuse: machine.manifest.machine.reuse };
  const row = await tx
    .insertInto('machine')
    .values({
      id: newId.machine(),
      image: machine.image,
      manifest: JSON.stringify(machine.manifest),
      host_id: machine.hostId,
      public_key: null,
      status: state.status,
      since: at,
      state: JSON.stringify(state),
      version: 1,
      created_at: at,
      expires_at: machine.expiresAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return fromRow(row);
}

export async function findMachine(tx: Tx, id: MachineId): Promise<Machine | null> {
  const row = await tx.selectFrom('machine').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** Every machine that is not gone. */
export async function listLiveMachines(tx: Tx): Promise<Machine[]> {
  const rows = await tx
    .selectFrom('machine')
    .selectAll()
    .where('status', '<>', word('gone'))
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

/** Every machine that waits for a job. */
export async function listReadyMachines(tx: Tx): Promise<Machine[]> {
  const rows = await tx
    .selectFrom('machine')
    .selectAll()
    .where('status', '<>', word('gone'))
    .where('status', '=', 'ready')
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

export async function listMachinesOfHost(tx: Tx, hostId: HostId): Promise<Machine[]> {
  const rows = await tx
    .selectFrom('machine')
    .selectAll()
    .where('host_id', '=', hostId)
    .where('status', '<>', word('gone'))
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

/** @throws StaleRowError when the machine changed since it was loaded. */
export async function saveMachineState(tx: Tx, staleMachine: Machine, state: MachineState): Promise<Machine> {
  const result = await tx
    .updateTable('machine')
    .set({
      status: state.status,
      since: state.status === 'gone' ? state.at : state.since,
      state: JSON.stringify(state),
      version: staleMachine.version + 1,
    })
    .where('id', '=', staleMachine.id)
    .where('version', '=', staleMachine.version)
    .executeTakeFirstOrThrow();
  assertSaved(result, 'machine', staleMachine.id);
  return { ...staleMachine, state, version: staleMachine.version + 1 };
}

/**
 * Binds a machine to the first key it shows.
 * @returns false when it is bound to another one.
 */
export async function bindMachineKey(tx: Tx, id: MachineId, publicKey: string): Promise<boolean> {
  const row = await tx
    .updateTable('machine')
    .set({ public_key: publicKey })
    .where('id', '=', id)
    .where(eb => eb.or([eb('public_key', 'is', null), eb('public_key', '=', publicKey)]))
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}
