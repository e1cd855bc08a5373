/**
 * What is remembered of images that did not start on hosts, and what follows from it (`quarantine.ts`). A broken image must
 * not spin the hosts, and a broken host must not take the machines of images from the others.
 */
import type { HostId, Instant, MachineId } from '#shared/ids.ts';
import { type Backoff, type BootFailure, backoffIn, type Quarantines, quarantinesIn } from './quarantine.ts';

export type FailedMachine = { id: MachineId; image: string; hostId: HostId; createdAt: Instant };

export type BootFailures = {
  /** Saying it again of the same machine changes nothing but the message. */
  failed(machine: FailedMachine, message: string, at: Instant): void;
  /** Its console has told why the machine failed. */
  explained(machine: MachineId, message: string): void;
  /** A machine that was made at `createdAt` is up: whatever was made before that and failed is mended. */
  succeeded(image: string, host: HostId, createdAt: Instant): void;
  /** Null when nothing is wrong; `until` may have passed. */
  backoffOf(image: string, host: HostId): Backoff | null;
  quarantines(): Quarantines;
  /** All that no success has mended. */
  list(): BootFailure[];
  forget(): void;
};

/** Kept in memory: a restarted coordinator tries once more at once, which is what its admin expects. */
export function createBootFailures(): BootFailures {
  const failures = new Map<string, BootFailure>();
  const upSince = { images: new Map<string, Instant>(), hosts: new Map<HostId, Instant>() };
  const keyOf = (image: string, host: HostId) => `${image} ${host}`;
  const list = () => [...failures.values()];
  const quarantines = () => quarantinesIn(list(), upSince);
  return {
    failed({ id, image, hostId, createdAt }, message, at) {
      const key = keyOf(image, hostId);
      const last = failures.get(key);
      // Machines that were on their way together fail together: that is one try, not many.
      const isSameTry = last !== undefined && (last.machine === id || createdAt < last.at);
      const count = isSameTry ? last.count : (last?.count ?? 0) + 1;
      failures.set(key, { image, host: hostId, machine: id, madeAt: createdAt, message, count, at });
    },
    explained(machine, message) {
      for (const [key, failure] of failures)
        if (failure.machine === machine) failures.set(key, { ...failure, message });
    },
    succeeded(image, host, createdAt) {
      const key = keyOf(image, host);
      if ((failures.get(key)?.madeAt ?? createdAt) < createdAt) failures.delete(key);
      noteUp(upSince.images, image, createdAt);
      noteUp(upSince.hosts, host, createdAt);
    },
    backoffOf: (image, host) => backoffIn(list(), quarantines(), image, host),
    quarantines,
    list,
    forget() {
      failures.clear();
      upSince.images.clear();
      upSince.hosts.clear();
    },
  };
}

const noteUp = <Key>(upSince: Map<Key, Instant>, key: Key, at: Instant): void =>
  void upSince.set(key, Math.max(upSince.get(key) ?? 0, at));
