/**
 * Memory snapshots: a machine that has booted and waits for its config disk, kept in a disk of its own, of which machines
 * are clones. It holds no agent, no secret and no identity, and of the kernel's random state only what every clone is
 * given another seed for (see `images/debian-12/init.c`). One for each blueprint: a new version of an image has another.
 *
 *   <directory>/<key>.qcow2        the snapshot, over the image's disk
 *   <directory>/<key>/             while it is being made
 */
import { chmod, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lastLineOf } from '#shared/console-text.ts';
import type { HostId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { unlessAborted, withDeadline } from '../../deadline.ts';
import { DriverError, messageOf } from '../../errors.ts';
import { plainConsole } from '../../evidence.ts';
import { isUnused, touch } from '../../images/last-used.ts';
import type { Log } from '../../log.ts';
import { type Blueprint, keyOf } from './blueprint.ts';
import { writeEmptyConfigDisk } from './config-disk.ts';
import { makeOverlay } from './disks.ts';
import { domainXml, snapshotDomainName } from './domain.ts';
import { removeDomainLog } from './domain-log.ts';
import { placesIn } from './machine-directory.ts';
import type { Virsh } from './virsh.ts';

export const snapshotName = 'warm';

/** What the first process says on the console when it has nothing left to do but wait. */
const waiting = 'paddock: [';
const isWaiting = (console: string): boolean =>
  console.split('\n').some(line => line.startsWith(waiting) && line.trimEnd().endsWith('] waiting'));

export type Snapshots = {
  /**
   * The disk to clone for machines of this blueprint. Made when it is missing, which takes a boot; null when that has
   * failed lately, and machines have to boot. Throws only the signal's reason.
   */
  diskFor(blueprint: Blueprint, signal: AbortSignal): Promise<string | null>;
  /** A machine could not be made of it: it is removed, and machines boot for a while. */
  distrust(blueprint: Blueprint): Promise<void>;
  close(): Promise<void>;
};

export type SnapshotParts = {
  directory: string;
  owner: HostId;
  virsh: Virsh;
  /** See `domain-log.ts`. */
  logs: string | null;
  searchPath: string;
  log: Log;
};

export async function openSnapshots(parts: SnapshotParts): Promise<Snapshots> {
  await mkdir(parts.directory, { recursive: true, mode: 0o711 });
  const closing = new AbortController();
  const making = new Map<string, Promise<string | null>>();
  /** Monotonic: until then it is not tried again. */
  const failedUntil = new Map<string, number>();
  const clearing = clearOld(parts).catch(error =>
    parts.log('error', `what an earlier start left of its snapshots is still there: ${messageOf(error)}`),
  );

  async function make(blueprint: Blueprint, key: string): Promise<string | null> {
    try {
      await clearing;
      return await withDeadline(limits.bootDeadlineMs, closing.signal, signal =>
        makeSnapshot(parts, blueprint, key, signal),
      );
    } catch (error) {
      if (closing.signal.aborted) return null;
      failedUntil.set(key, performance.now() + limits.bootRetryMaxMs);
      parts.log(
        'error',
        `no snapshot could be made: ${messageOf(error)}; machines of this image boot meanwhile`,
        {
          key,
        },
      );
      return null;
    }
  }

  return {
    async diskFor(blueprint, signal) {
      const key = keyOf(blueprint);
      const place = join(parts.directory, `${key}.qcow2`);
      if (await touch(place)) return place;
      if ((failedUntil.get(key) ?? 0) > performance.now()) return null;
      const made = making.get(key) ?? make(blueprint, key).finally(() => making.delete(key));
      making.set(key, made);
      return unlessAborted(made, signal);
    },
    async distrust(blueprint) {
      const key = keyOf(blueprint);
      failedUntil.set(key, performance.now() + limits.bootRetryMaxMs);
      await rm(join(parts.directory, `${key}.qcow2`), { force: true });
    },
    async close() {
      closing.abort(new Error('the host agent is closing'));
      await Promise.all([clearing, ...making.values()]);
    },
  };
}

async function makeSnapshot(
  parts: SnapshotParts,
  blueprint: Blueprint,
  key: string,
  signal: AbortSignal,
): Promise<string> {
  const { directory, owner, virsh, searchPath, log } = parts;
  const since = performance.now();
  const places = placesIn(join(directory, key));
  const name = snapshotDomainName(owner, key);
  try {
    await clearDraft(parts, key);
    await mkdir(places.directory, { mode: 0o711 });
    await chmod(places.directory, 0o711);
    await writeFile(places.console, '', { mode: 0o600 });
    await writeEmptyConfigDisk(places.configDisk);
    await makeOverlay(places.disk, blueprint, searchPath, signal);
    const tag = { id: key, owner, expiresAt: Date.now() + limits.bootDeadlineMs };
    await writeFile(
      places.domain,
      domainXml({ ...blueprint, ...places, seed: null, name, tag, snapshot: null }),
      {
        mode: 0o600,
      },
    );
    await virsh.run(['create', places.domain], signal);
    await untilItWaits(places.console, signal);
    await virsh.run(['snapshot-create-as', name, snapshotName], signal);
    // The domain is transient, so libvirt would keep what it knows of the snapshot for nobody.
    await virsh.run(['snapshot-delete', name, snapshotName, '--metadata'], signal);
    await virsh.run(['destroy', name], signal);
    const place = join(directory, `${key}.qcow2`);
    await syncFile(places.disk);
    await rename(places.disk, place);
    log('info', 'a snapshot is ready to be cloned', { key, ms: Math.round(performance.now() - since) });
    return place;
  } finally {
    await clearDraft(parts, key);
  }
}

/** The directory goes last: it is what tells the next start of a domain that could not be ended. */
async function clearDraft({ directory, owner, virsh, logs }: SnapshotParts, key: string): Promise<void> {
  const name = snapshotDomainName(owner, key);
  await endDomain(virsh, name);
  await removeDomainLog(logs, name);
  await rm(join(directory, key), { recursive: true, force: true });
}

/** The guest's writes were never synced, and whoever clones it trusts it for days. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Its own deadline: what was begun is cleared in any case. Throws unless the domain is proven to be no more. */
async function endDomain(virsh: Virsh, name: string): Promise<void> {
  const deadline = AbortSignal.timeout(limits.retireDeadlineMs);
  try {
    await virsh.run(['destroy', name], deadline);
  } catch (error) {
    const names = (await virsh.run(['list', '--all', '--name'], deadline)).split('\n');
    if (names.some(line => line.trim() === name)) throw error;
  }
}

/** The kernel draws on its first random bytes for a while: a snapshot is taken of a machine that has come to rest. */
async function untilItWaits(console: string, signal: AbortSignal): Promise<void> {
  while (!isWaiting(await readFile(console, 'utf8'))) {
    try {
      await pause(limits.snapshotLookMs, undefined, { signal });
    } catch {
      const line = lastLineOf(plainConsole(await readFile(console)));
      throw new DriverError(
        'snapshot',
        `the machine did not say that it waits (${messageOf(signal.reason)}); the last line of its console: ${line ?? 'none'}`,
      );
    }
  }
  await pause(limits.snapshotRestMs, undefined, { signal });
}

/** What an agent that was killed has left of its work, and snapshots that nobody has cloned for long. */
async function clearOld(parts: SnapshotParts): Promise<void> {
  const { directory } = parts;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await clearDraft(parts, entry.name);
    else if (await isUnused(path)) await rm(path, { force: true });
  }
}
