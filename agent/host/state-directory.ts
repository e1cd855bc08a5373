/**
 * What a host agent keeps, in the directory named by PADDOCK_STATE; private to its user, one host agent at a time.
 *
 *   <state>/            0700
 *     lock              pid and start of the host agent that uses the directory
 *     key               seed of the NATS user key (0600, secret)
 *     credential.json   host id, NATS credential, address, join token (0600, secret)
 *     ca.pem            certificates of the authorities that host and guests believe, where a join token named some
 *     ledger.json       newest desired set acted on; machines made and gone (no secrets)
 *     evidence/         consoles that the coordinator has not taken over yet (see evidence.ts)
 *     machines/         of the process driver (see drivers/process/machine-directory.ts)
 *     libvirt/          of the libvirt driver: its emulators and machines (see drivers/libvirt/machine-directory.ts)
 *     commands/         of the command driver: which machines it has begun, by their tags
 *     leases/           of the ssh driver: which machine has which computer
 *     proxied/          of the ssh driver: machines whose agents run here and work on another computer, by its name
 *     images/           files of images, each under its SHA-256 (see images/image-store.ts)
 *     compiled/         the guest's bundle as Node has compiled it, for the next guest; may be removed at any time
 *
 * Without `key` or `credential.json` the host enrols anew, as another host; its old machines are then foreign to it.
 */
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessTable } from '../process-tree/process-table.ts';
import { messageOf, StateUnusable } from './errors.ts';
import { lookAtProcesses, type ProcessIdentity } from './process-identity.ts';

export type StateDirectory = Record<
  | 'path'
  | 'key'
  | 'credential'
  | 'authorities'
  | 'ledger'
  | 'evidence'
  | 'machines'
  | 'libvirt'
  | 'commands'
  | 'leases'
  | 'proxied'
  | 'images'
  | 'compiled',
  string
> & {
  /** Lets another host agent in. */
  release(): Promise<void>;
};

/** Opens the directory, makes it when it is missing. Throws `StateUnusable`, also when another host agent uses it. */
export async function openStateDirectory(path: string, table: ProcessTable): Promise<StateDirectory> {
  const lock = join(path, 'lock');
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await chmod(path, 0o700);
    await take(lock, table);
  } catch (cause) {
    if (cause instanceof StateUnusable) throw cause;
    throw new StateUnusable(`the state directory ${path} cannot be used: ${messageOf(cause)}`, { cause });
  }
  return {
    path,
    key: join(path, 'key'),
    credential: join(path, 'credential.json'),
    authorities: join(path, 'ca.pem'),
    ledger: join(path, 'ledger.json'),
    evidence: join(path, 'evidence'),
    machines: join(path, 'machines'),
    libvirt: join(path, 'libvirt'),
    commands: join(path, 'commands'),
    leases: join(path, 'leases'),
    proxied: join(path, 'proxied'),
    images: join(path, 'images'),
    compiled: join(path, 'compiled'),
    release: () => rm(lock, { force: true }),
  };
}

/** The lock appears whole, by a hard link; one whose process no longer runs is taken over. */
async function take(lock: string, table: ProcessTable): Promise<void> {
  const mine: ProcessIdentity = { pid: process.pid, startedAt: table.startOf(process.pid) };
  const draft = `${lock}.${process.pid}`;
  await rm(draft, { force: true });
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600, flag: 'wx' });
  try {
    if (await tryLink(draft, lock)) return;
    const holder = await readLock(lock);
    if (holder && (await lookAtProcesses(table))(holder)) throw inUse(lock, holder);
    await rm(lock, { force: true });
    if (!(await tryLink(draft, lock))) throw inUse(lock, await readLock(lock));
  } finally {
    await rm(draft, { force: true });
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readLock(lock: string): Promise<ProcessIdentity | null> {
  const text = await readFile(lock, 'utf8').catch(() => null);
  const [, pid, startedAt] = /^\{"pid":(\d+),"startedAt":([\d.]+)\}$/.exec(text ?? '') ?? [];
  return pid && startedAt ? { pid: Number(pid), startedAt: Number(startedAt) } : null;
}

const inUse = (lock: string, holder: ProcessIdentity | null): StateUnusable =>
  new StateUnusable(
    `another host agent uses this state directory (process ${holder?.pid ?? 'unknown'}, ${lock}); stop it, or choose another directory`,
  );
