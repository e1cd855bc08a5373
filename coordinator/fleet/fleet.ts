/**
 * The fleet's shell: hosts report what they have, and are answered with what they should have. The desired set is derived
 * from machine rows at every answer; (epoch, generation) order the sets of different brains and moments.
 */

import { type EvidenceAnswer, type HostDesired, hostReport } from '#shared/host-messages.ts';
import type { HostId, Instant, MachineId } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { isConsoleWanted, type MachineEvent } from '#shared/machine.ts';
import { PROTOCOL_VERSION } from '#shared/messages.ts';
import type { PoolChange } from '#shared/pool.ts';
import type { Ages } from '../ground/ages.ts';
import type { Wake } from '../ground/wake.ts';
import { appendEvent } from '../store/events.ts';
import { findHost } from '../store/hosts.ts';
import { insertMachine, listMachinesOfHost, type Machine } from '../store/machines.ts';
import { assertRole, type Role } from '../store/roles.ts';
import type { Store, Tx } from '../store/store.ts';
import { takeEvidence } from './boot-evidence.ts';
import { type BootFailures, createBootFailures } from './boot-failures.ts';
import { createFetchTimes } from './fetch-times.ts';
import type { Create } from './growth.ts';
import { recordReport } from './host-report.ts';
import { addressed, filesAhead } from './image-files.ts';
import { applyToMachine } from './machines.ts';
import { outlookOf, type PoolOutlook } from './outlook.ts';
import { mayHave } from './placement.ts';
import { type Action, plan } from './plan.ts';
import type { ConfiguredPool } from './pools.ts';
import type { Preview } from './preview.ts';
import { previewPool } from './preview-pool.ts';
import type { Backoff, BootFailure, Quarantines } from './quarantine.ts';
import { createQuarantineNotes, type QuarantineNews, type QuarantineNotes } from './quarantine-notes.ts';
import type { Limit, Shortfall } from './shortfall.ts';
import { createShortfallNotes, type ShortfallNotes } from './shortfall-notes.ts';
import { type Memory, plannedHost, takeSnapshot } from './take-snapshot.ts';

export type FleetParts = {
  store: Store;
  role: Role;
  /** Those that there are at that moment. */
  pools(tx: Tx): Promise<readonly ConfiguredPool[]>;
  /** The one-time secret of a machine; the same machine gets the same one. */
  ticketFor(machine: MachineId): string;
  /** With which a host fetches the files of images. */
  filesTokenFor(host: HostId): string;
  /** The machine listener as guests reach it. */
  machineUrl: string;
  /** Whether we have been there to hear whoever had something to say: after our own absence silence says nothing. */
  isAttentive(): boolean;
  ages: Ages;
  wakeUp(wakes: Wake[]): void;
  now: () => Instant;
};

export type Fleet = {
  /** Answers `up.<host>.report`. @returns null for a message that deserves no answer. */
  onReport(sender: string, payload: unknown): Promise<HostDesired | null>;
  /** Answers `up.<host>.evidence`. @returns null for a message that deserves no answer. */
  onEvidence(sender: string, payload: unknown): Promise<EvidenceAnswer | null>;
  /** What the host should have now. */
  desiredFor(host: HostId): Promise<HostDesired>;
  /** One planning tick. @returns what to hasten. */
  tick(): Promise<Wake[]>;
  /** An attempt was lost on the host: for a while others are preferred. */
  suspect(host: HostId): void;
  backoffOf(image: string, host: HostId): Backoff | null;
  /** What kept hosts from having a machine of the image at the last tick; null: nothing did. */
  limitOf(image: string): Limit | null;
  /** What does not start, and who is held to be at fault. */
  troubles(): { failures: BootFailure[]; quarantines: Quarantines };
  /** How each pool stands, by the planner's own rules. */
  outlook(): Promise<PoolOutlook[]>;
  /** What a change of a pool would do now, by the same rules; null: there is no such pool. Nothing comes of it. */
  preview(image: string, change: PoolChange): Promise<Preview | { refusal: string } | null>;
  /** Forgets what is held against hosts: until when was noted by another clock. */
  clockLeapt(): void;
};

export function createFleet(parts: FleetParts): Fleet {
  const memory: Memory = {
    failures: createBootFailures(),
    lostAt: new Map(),
    fetchTimes: createFetchTimes(),
  };
  const notes = { shortfalls: createShortfallNotes(), quarantines: createQuarantineNotes() };
  const generations = createGenerations();
  let shortfalls: readonly Shortfall[] = [];

  async function desiredFor(host: HostId): Promise<HostDesired> {
    const all = await listMachinesOfHost(parts.store.read, host);
    const machines = all.filter(isDesired);
    const generation = generations.of(host, machines);
    return {
      v: PROTOCOL_VERSION,
      epoch: parts.role.epoch,
      generation,
      machines: machines.map(machine => desire(parts, machine)),
      evidenceOf: all.filter(({ state }) => isConsoleWanted(state)).map(({ id }) => id),
      imageFiles: {
        at: parts.machineUrl,
        token: parts.filesTokenFor(host),
        files: filesAhead(await imagesFor(parts, host)),
      },
    };
  }

  async function onReport(sender: string, payload: unknown): Promise<HostDesired | null> {
    const parsed = hostReport.safeParse(payload);
    if (!parsed.success || parsed.data.host !== sender) return null;
    const report = parsed.data;
    const desired = await desiredFor(report.host);
    const wakes = await parts.store.write(async tx => {
      await assertRole(tx, parts.role);
      return recordReport(tx, { report, desired, at: parts.now() }, memory.failures);
    });
    parts.wakeUp(wakes);
    return wakes.length === 0 ? desired : desiredFor(report.host);
  }

  return {
    onReport,
    onEvidence: (sender, payload) => takeEvidence({ ...parts, failures: memory.failures }, sender, payload),
    desiredFor,
    async tick() {
      const { wakes, planned } = await tick(parts, memory, notes);
      shortfalls = planned;
      return wakes;
    },
    suspect: host => void memory.lostAt.set(host, parts.now()),
    backoffOf: memory.failures.backoffOf,
    limitOf: image => shortfalls.find(short => short.image === image && isOfHosts(short))?.limit ?? null,
    troubles: () => ({ failures: memory.failures.list(), quarantines: memory.failures.quarantines() }),
    outlook: async () => outlookOf(await takeSnapshot(parts.store.read, parts, memory), parts.now()),
    preview: (image, change) => previewPool(parts, memory, image, change),
    clockLeapt() {
      memory.failures.forget();
      memory.lostAt.clear();
      notes.shortfalls.forget();
    },
  };
}

/** Of which the host may have machines. */
async function imagesFor({ store, pools }: FleetParts, id: HostId): Promise<ImageManifest[]> {
  const host = await findHost(store.read, id);
  if (!host || host.isDraining) return [];
  const planned = plannedHost(host, null);
  return (await pools(store.read))
    .filter(({ isDisabled, ...pool }) => !isDisabled && mayHave(planned, pool))
    .map(({ image }) => image);
}

const isDesired = ({ state }: Machine): boolean => state.status !== 'retiring' && state.status !== 'gone';

const desire = (
  { ticketFor, filesTokenFor, machineUrl }: FleetParts,
  { id, hostId, manifest, expiresAt }: Machine,
): HostDesired['machines'][number] => ({
  id,
  image: addressed(manifest, machineUrl),
  ticket: ticketFor(id),
  enrolUrl: machineUrl,
  expiresAt,
  filesToken: filesTokenFor(hostId),
});

/** A host's set gets a new generation whenever its members change. */
function createGenerations() {
  const known = new Map<HostId, { members: string; generation: number }>();
  return {
    of(host: HostId, machines: Machine[]): number {
      const members = machines.map(({ id }) => id).join(' ');
      const last = known.get(host);
      if (last?.members === members) return last.generation;
      const generation = (last?.generation ?? 0) + 1;
      known.set(host, { members, generation });
      return generation;
    },
  };
}

type Notes = { shortfalls: ShortfallNotes; quarantines: QuarantineNotes };

/** What was planned, and what to hasten. */
type Ticked = { planned: readonly Shortfall[]; wakes: Wake[] };

async function tick(parts: FleetParts, memory: Memory, notes: Notes): Promise<Ticked> {
  const { store, role, now } = parts;
  const { failures } = memory;
  const seen = await takeSnapshot(store.read, parts, memory);
  const { actions, shortfalls } = plan(seen, now());
  const isQuiet =
    actions.length === 0 &&
    notes.shortfalls.news(shortfalls, now()).length === 0 &&
    notes.quarantines.news(failures.quarantines(), String).length === 0;
  if (isQuiet) return { planned: shortfalls, wakes: [] };
  const { wakes, told, at, quarantines, short } = await store.write(async tx => {
    await assertRole(tx, role);
    const at = now();
    const wakes: Wake[] = [];
    const snapshot = await takeSnapshot(tx, parts, memory);
    const planned = plan(snapshot, at);
    for (const action of planned.actions) wakes.push(...(await carryOut(tx, action, at, failures)));
    const told = notes.shortfalls.news(planned.shortfalls, at);
    for (const shortfall of told) await note(tx, shortfall, at);
    const quarantines = failures.quarantines();
    const nameOf = (host: HostId) => snapshot.hosts.find(({ id }) => id === host)?.name ?? host;
    for (const news of notes.quarantines.news(quarantines, nameOf)) await noteQuarantine(tx, news, at);
    return { wakes, told, at, quarantines, short: planned.shortfalls };
  });
  notes.shortfalls.noted(told, at);
  notes.quarantines.noted(quarantines);
  return { planned: short, wakes };
}

/** Others are an admin's own wish, which is said in other words. */
const isOfHosts = ({ limit: { kind } }: Shortfall): boolean => kind !== 'paused' && kind !== 'max-reached';

const noteQuarantine = (tx: Tx, { reason, ...event }: QuarantineNews, at: Instant): Promise<void> =>
  appendEvent(tx, { at, ...event, data: { reason } });

const note = (tx: Tx, { image, missing, limit }: Shortfall, at: Instant): Promise<void> =>
  appendEvent(tx, {
    at,
    type: 'pool.fell-short',
    image,
    data: { missing, limit: limit.kind, reason: limit.text },
  });

async function carryOut(tx: Tx, action: Action, at: Instant, failures: BootFailures): Promise<Wake[]> {
  if (action.type === 'create') return request(tx, action, at);
  const { reason } = action;
  const hasFailed = action.type === 'retire' && action.cause === 'boot-failed';
  const event: MachineEvent = {
    type: action.type === 'retire' ? 'retire-requested' : 'observed-gone',
    at,
    reason,
    ...(hasFailed ? { hasFailed } : {}),
  };
  const { machine, wakes } = await applyToMachine(tx, action.machine, event, {
    isSeen: action.type !== 'give-up',
  });
  if (hasFailed) failures.failed(machine, reason, at);
  return wakes;
}

async function request(tx: Tx, { image, host, reason }: Create, at: Instant): Promise<Wake[]> {
  const expiresAt = at + limits.machineMaxAgeMs;
  const machine = await insertMachine(
    tx,
    { image: image.name, manifest: image, hostId: host, expiresAt },
    at,
  );
  const data = { image: image.name, reason };
  await appendEvent(tx, {
    at,
    type: 'machine.requested',
    machine: machine.id,
    host,
    image: image.name,
    data,
  });
  return [{ type: 'push-host', host }];
}
