/**
 * What a host must still know after a restart: the newest desired set it has acted on, which machines it has made, and
 * which ends the coordinator may not have heard of. Tickets and other secrets are not in it.
 */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { type MachineId, machineId } from '#shared/ids.ts';
import { driverName } from '#shared/image-manifest.ts';
import { messageOf, StateUnusable } from './errors.ts';
import { writeAtomically } from './write-atomically.ts';

export type LedgerEntry =
  | { state: 'made'; driver: z.infer<typeof driverName> }
  | { state: 'gone'; reason: string; isTold: boolean };

/** A desired set's place in time: a new brain has a higher epoch, a changed set a higher generation. */
export type SetNumber = { epoch: number; generation: number };

export type Ledger = {
  acted(): SetNumber;
  /** Notes the set that is being acted on. The caller has refused lower ones. */
  act(number: SetNumber): void;
  get(id: MachineId): LedgerEntry | null;
  ids(): MachineId[];
  set(id: MachineId, entry: LedgerEntry): void;
  forget(id: MachineId): void;
  /** Writes what has changed since the last save; resolves when it is on disk. One call at a time. */
  save(): Promise<void>;
};

const count = z.number().int().nonnegative();
const entry = z.discriminatedUnion('state', [
  z.object({ state: z.literal('made'), driver: driverName }),
  /** Whether an answered report has said so is not kept: it is said once more. */
  z.object({ state: z.literal('gone'), reason: z.string() }).transform(gone => ({ ...gone, isTold: false })),
]);
const ledgerFile = z.object({
  v: z.literal(1),
  acted: z.object({ epoch: count, generation: count }),
  machines: z.array(z.object({ id: machineId, entry })),
});

export const isLower = (a: SetNumber, b: SetNumber): boolean =>
  a.epoch === b.epoch ? a.generation < b.generation : a.epoch < b.epoch;

/** Whether both say the same on disk. */
const isSame = (a: LedgerEntry | undefined, b: LedgerEntry): boolean =>
  a?.state === 'gone' && b.state === 'gone' ? a.reason === b.reason : a?.state === b.state;

/** Opens the ledger in this file; one that does not exist is empty, a damaged one throws `StateUnusable`. */
export async function openLedger(path: string): Promise<Ledger> {
  const stored = await read(path);
  const entries = new Map<MachineId, LedgerEntry>(stored?.machines.map(({ id, entry }) => [id, entry]));
  let acted: SetNumber = stored?.acted ?? { epoch: 0, generation: 0 };
  let isChanged = false;
  return {
    acted: () => acted,
    act: ({ epoch, generation }) => {
      const number = { epoch, generation };
      isChanged ||= isLower(acted, number);
      acted = number;
    },
    get: id => entries.get(id) ?? null,
    ids: () => [...entries.keys()],
    set: (id, entry) => {
      isChanged ||= !isSame(entries.get(id), entry);
      entries.set(id, entry);
    },
    forget: id => {
      isChanged = entries.delete(id) || isChanged;
    },
    save: async () => {
      if (!isChanged) return;
      isChanged = false;
      const machines = [...entries].map(([id, entry]) => ({ id, entry }));
      try {
        await writeAtomically(path, JSON.stringify({ v: 1, acted, machines }));
      } catch (error) {
        isChanged = true;
        throw error;
      }
    },
  };
}

async function read(path: string): Promise<z.infer<typeof ledgerFile> | null> {
  const text = await readFile(path, 'utf8').catch(error => {
    if (error.code === 'ENOENT') return null;
    throw new StateUnusable(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  if (text === null) return null;
  try {
    return ledgerFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new StateUnusable(
      `${path} is damaged; the host agent does not start, machines go on. Remove the file to start without it: machines are found again by their tags`,
      { cause },
    );
  }
}
