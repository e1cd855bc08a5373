/** How the coordinator stands, for its administrator. */
import type { GithubStanding, SystemView } from '#shared/api.ts';
import { checkName } from '#shared/forge-status.ts';
import type { CoordinatorId, Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { ReadyParts } from '#shared/readiness.ts';
import { cut } from '#shared/words.ts';
import type { Bus } from '../bus/bus.ts';
import type { Reconciler } from '../github/reconcile/reconciler.ts';
import type { Catalog } from '../images/catalog.ts';
import { type ForgeWrite, findOutboxBacklog, listUnsentWrites } from '../store/forge-writes.ts';
import { listHosts } from '../store/hosts.ts';
import { countQueued } from '../store/jobs.ts';
import { listLiveMachines } from '../store/machines.ts';
import { listPoolOverrides } from '../store/pool-overrides.ts';
import type { Store } from '../store/store.ts';

const unsentShown = 100;

export type SystemOptions = {
  catalog: Pick<Catalog, 'pools'>;
  store: Store;
  bus: Pick<Bus, 'isConnected'>;
  brain: { reconciler: Pick<Reconciler, 'health'> | null };
  coordinator: CoordinatorId;
  version: string;
  startedAt: Instant;
  readiness(): Promise<ReadyParts>;
  refusedWebhook: GithubStanding['refused'];
  now: () => Instant;
};

export async function viewSystem({
  catalog,
  store,
  bus,
  brain,
  coordinator,
  version,
  startedAt,
  readiness,
  refusedWebhook,
  now,
}: SystemOptions): Promise<SystemView> {
  const queued = await countQueued(store.read);
  const machines = await listLiveMachines(store.read);
  const overrides = await listPoolOverrides(store.read);
  return {
    version,
    coordinator,
    startedAt,
    bus: bus.isConnected() ? 'connected' : 'disconnected',
    parts: await readiness(),
    hosts: (await listHosts(store.read)).map(({ id, name, drivers, isDraining, lastSeenAt }) => ({
      id,
      name,
      drivers,
      isDraining,
      lastSeenAt,
      isConnected: now() - lastSeenAt < limits.hostSilenceMs,
    })),
    machines: machines.map(({ id, image, hostId, state }) => ({
      id,
      image,
      host: hostId,
      status: state.status,
      since: state.status === 'gone' ? state.at : state.since,
      attempt: state.status === 'busy' ? state.attempt : null,
    })),
    images: (await catalog.pools(store.read)).map(({ pool, image: { name, os, arch, machine } }) => ({
      name,
      os,
      arch,
      driver: machine.driver,
      queued: queued.get(name) ?? 0,
      max: overrides.find(({ image }) => image === name)?.max ?? pool.max,
    })),
    unsentWrites: (await listUnsentWrites(store.read, unsentShown)).map(write => ({
      kind: write.kind,
      repository: write.repository,
      subject: write.subject,
      context: write.kind === 'check' ? checkName : write.context,
      summary: cut(summaryOf(write)),
      status: write.status === 'dead' ? 'dead' : 'pending',
      tries: write.tries,
      createdAt: write.createdAt,
      nextAt: write.nextAt,
      message: write.message,
    })),
    github: brain.reconciler && (await viewGithub(store, brain.reconciler, refusedWebhook)),
  };
}

async function viewGithub(
  { read }: Store,
  reconciler: Pick<Reconciler, 'health'>,
  refused: GithubStanding['refused'],
): Promise<GithubStanding> {
  const { isPolling, lastPass, repairsSinceStart, left, failure, unlisted } = reconciler.health();
  return {
    hears: isPolling ? 'polling' : 'webhooks',
    lastPass,
    repairs: repairsSinceStart,
    left,
    failure,
    refused,
    unlisted,
    outbox: await findOutboxBacklog(read),
  };
}

function summaryOf(write: ForgeWrite): string {
  switch (write.kind) {
    case 'status':
      return `${write.payload.state}: ${write.payload.description}`;
    case 'check':
      return write.payload.title;
    case 'comment':
      return write.payload.body;
    case 'reaction':
      return write.payload.content;
  }
}
