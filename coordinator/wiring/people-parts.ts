/** The verbs that the HTTP layer offers people, made of features and rows. */
import type { EventEmitter } from 'node:events';
import type { LiveFrame } from '#shared/api.ts';
import type { CoordinatorId, Instant } from '#shared/ids.ts';
import type { Audit } from '../audit/audit.ts';
import type { Blobs } from '../blobs/blobs.ts';
import type { Bus } from '../bus/bus.ts';
import { browseCaches, dropByHand } from '../caches/browse.ts';
import type { Config } from '../config/config.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Wake } from '../ground/wake.ts';
import type { Access, PeopleParts } from '../http/parts.ts';
import type { Catalog } from '../images/catalog.ts';
import type { Logs } from '../logs/logs.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { listDeliveries } from '../store/deliveries.ts';
import { findRun } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import { createAccessParts } from './access-parts.ts';
import { createActParts } from './act-parts.ts';
import type { Brain } from './brain.ts';
import { createChangeFeed } from './change-feed.ts';
import { createFleetParts } from './fleet-parts.ts';
import { createHostParts } from './host-parts.ts';
import { createImageParts, type ImageOptions } from './image-parts.ts';
import { createLookParts, maySee } from './look-parts.ts';
import { countViewers } from './measures/viewers.ts';
import type { MergeParts } from './merge-parts.ts';
import { createPoolParts } from './pool-parts.ts';
import { createQueueParts } from './queue-parts.ts';
import { createDeliveryReceiver } from './receive-delivery.ts';
import { findRepositoryOf } from './sight.ts';
import { createStatesBefore } from './states-before.ts';
import { createMachineViews } from './view-machines.ts';
import { viewSystem } from './view-system.ts';

export type PeopleOptions = Pick<ImageOptions, 'imageFiles'> & {
  config: Config;
  catalog: Catalog;
  store: Store;
  bus: Pick<Bus, 'isConnected' | 'publish' | 'revoke'>;
  blobs: Pick<Blobs, 'get'>;
  logs: Logs;
  brain: Pick<Brain, 'jobs' | 'runs' | 'browsePorts' | 'waitPorts' | 'takeDelivery' | 'reconciler'> & {
    merging: Pick<MergeParts, 'ask' | 'withdraw' | 'browse' | 'standing'>;
    fleet: Pick<Fleet, 'desiredFor' | 'outlook' | 'preview' | 'troubles'>;
  };
  access: Access;
  signIn: PeopleParts['signIn'];
  audit: Omit<Audit, 'tidy'>;
  credentials: PeopleParts['credentials'];
  web: PeopleParts['web'];
  coordinator: CoordinatorId;
  peopleUrl: string;
  machineUrl: string;
  authorities(): string | null;
  changes: EventEmitter<{ changed: [LiveFrame] }>;
  secrets: PeopleParts['secrets'];
  version: string;
  startedAt: Instant;
  metrics: Metrics;
  readiness: PeopleParts['readiness'];
  wakeUp(wakes: Wake[]): void;
  /** Rows went whose bytes nothing may name any more. */
  bytesLoosened(): void;
  now: () => Instant;
};

export function createPeopleParts(options: PeopleOptions): PeopleParts {
  const { config, store, brain, now, wakeUp } = options;
  const pools = createPoolParts(options);

  /** The last one, until one is taken. */
  let refusedWebhook: { at: Instant; message: string } | null = null;

  return {
    access: options.access,
    signIn: options.signIn,
    audit: options.audit,
    statesBefore: createStatesBefore(options),
    credentials: options.credentials,
    people: createAccessParts({ store, now, changed: options.access.changed }),
    web: options.web,
    version: options.version,
    now,
    readiness: options.readiness,
    metrics: options.metrics.read,
    refused: options.metrics.refused,
    viewing: countViewers(options.metrics),
    receiveDelivery: createDeliveryReceiver({
      secrets: config.github?.webhookSecrets ?? null,
      take: brain.takeDelivery,
      wakeUp,
      judged: message => {
        refusedWebhook = message === null ? null : { at: now(), message };
      },
    }),
    ...createLookParts(options),
    ...createActParts(options),
    repositoryOf: of => findRepositoryOf(store.read, of),
    async deliveries(max, before) {
      const items = await listDeliveries(store.read, max, before);
      return { items, next: items.length === max ? (items.at(-1) ?? null) : null };
    },
    system: () => viewSystem({ ...options, refusedWebhook }),
    ...createHostParts(options),
    ...pools,
    ...createFleetParts(options, pools.pools),
    ...createMachineViews(options),
    ...createQueueParts(options),
    ...createImageParts(options),
    secrets: options.secrets,
    caches: (asked, actor) => browseCaches(store.read, asked, maySee(actor)),
    async dropCaches(asked) {
      const dropped = await dropByHand(store, asked);
      options.bytesLoosened();
      return dropped;
    },
    merging: actor => brain.merging.browse(store.read, maySee(actor)),
    async mergeStanding(id) {
      const run = await findRun(store.read, id);
      return run && brain.merging.standing(store.read, run);
    },
    onChange: createChangeFeed(options.changes, run => findRepositoryOf(store.read, { run })),
  };
}
