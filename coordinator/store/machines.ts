import type { HostId, Instant, MachineId } from '#shared/ids.ts';
import { type ImageManifest, resolvedManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { type MachineState, machineState } from '#shared/machine.ts';
import { newId } from './new-id.ts';
import { assertSaved, columnParser, parseState, word } from './rows.ts';
import type { Tables } from './schema.ts';
import { pick, statement } from './statement.ts';
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

/** When each of these was asked for. */
export async function listMachineTimes(tx: Tx, ids: readonly MachineId[]): Promise<Map<MachineId, Instant>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .selectFrom('machine')
    .select(['id', 'created_at'])
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map(row => [row.id, row.created_at]));
}

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

const byId = statement((db, { id }: Pick<Machine, 'id'>) =>
  db.selectFrom('machine').selectAll().where('id', '=', id),
);

export async function findMachine(tx: Tx, id: MachineId): Promise<Machine | null> {
  const row = await byId.first(tx, { id });
  return row ? fromRow(row) : null;
}

const live = statement(db =>
  db.selectFrom('machine').selectAll().where('status', '<>', word('gone')).orderBy('id'),
);

/** Every machine that is not gone. */
export const listLiveMachines = async (tx: Tx): Promise<Machine[]> => (await live.all(tx, {})).map(fromRow);

const ofImage = statement((db, { image, since }: { image: string; since: Instant }) =>
  db
    .selectFrom('machine')
    .selectAll()
    .where('image', '=', image)
    .where('created_at', '>=', since)
    .orderBy('id')
    .limit(limits.machinesOfImage),
);

/** Made of an image since then, those that are gone too; oldest first. */
export const listMachinesOfImage = async (tx: Tx, image: string, since: Instant): Promise<Machine[]> =>
  (await ofImage.all(tx, { image, since })).map(fromRow);

const ready = statement(db =>
  db
    .selectFrom('machine')
    .selectAll()
    .where('status', '<>', word('gone'))
    .where('status', '=', word('ready'))
    .orderBy('id'),
);

/** Every machine that waits for a job. */
export const listReadyMachines = async (tx: Tx): Promise<Machine[]> => (await ready.all(tx, {})).map(fromRow);

const ofHost = statement((db, { hostId }: Pick<Machine, 'hostId'>) =>
  db
    .selectFrom('machine')
    .selectAll()
    .where('host_id', '=', hostId)
    .where('status', '<>', word('gone'))
    .orderBy('id'),
);

export const listMachinesOfHost = async (tx: Tx, hostId: HostId): Promise<Machine[]> =>
  (await ofHost.all(tx, { hostId })).map(fromRow);

const newestGone = statement((db, { max }: { max: number }) =>
  db.selectFrom('machine').selectAll().where('status', '=', word('gone')).orderBy('id', 'desc').limit(max),
);

/** Machines that are gone, the newest first. */
export const listGoneMachines = async (tx: Tx, max: number): Promise<Machine[]> =>
  (await newestGone.all(tx, { max })).map(fromRow);

const save = statement((db, row: Pick<Tables['machine'], 'id' | 'version' | 'status' | 'since' | 'state'>) =>
  db
    .updateTable('machine')
    .set(eb => ({ ...pick(row, ['status', 'since', 'state']), version: eb('version', '+', 1) }))
    .where('id', '=', row.id)
    .where('version', '=', row.version),
);

/** @throws StaleRowError when the machine changed since it was loaded. */
export async function saveMachineState(tx: Tx, staleMachine: Machine, state: MachineState): Promise<Machine> {
  const saved = await save.run(tx, {
    status: state.status,
    since: state.status === 'gone' ? state.at : state.since,
    state: JSON.stringify(state),
    id: staleMachine.id,
    version: staleMachine.version,
  });
  assertSaved(saved, 'machine', staleMachine.id);
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
