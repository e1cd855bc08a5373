/** What decides, and what it needs for that. */
import { EventEmitter } from 'node:events';
import type { LiveFrame } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { createAttemptTokens } from '../access/attempt-tokens.ts';
import { createBootTickets } from '../access/boot-tickets.ts';
import { createImageTokens } from '../access/image-tokens.ts';
import { loadKey } from '../access/keys.ts';
import { openPeopleAccess } from '../access/people-access.ts';
import { createForgeClient } from '../github/forge-client.ts';
import { createForgeReads } from '../github/forge-reads.ts';
import { createMergeClient } from '../github/merge-client.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { type Brain, startBrain } from './brain.ts';
import { createConformance } from './conformance.ts';
import { createGuestPorts } from './guest-ports.ts';
import type { Addresses } from './open-addresses.ts';
import type { Bytes } from './open-bytes.ts';
import type { Storage } from './open-storage.ts';
import { openTracing } from './open-tracing.ts';
import { type Scene, tidy } from './scene.ts';
import { createSourcePorts } from './source-ports.ts';
import { tellCounted } from './tell-counted.ts';
import { createWakeUps } from './wake-up.ts';

export type Mind = Awaited<ReturnType<typeof openMind>>;

/** Keys, and the brain with what wakes it. */
export async function openMind(
  scene: Scene,
  storage: Storage,
  secrets: Secrets,
  addresses: Addresses,
  bytes: Bytes,
) {
  const { config, environment, now, random, closers, logger, metrics } = scene;
  const { bus, peopleUrl, machineUrl } = addresses;
  const { mirrors, logs, uploads } = bytes;
  const tokens = createAttemptTokens(await loadKey(config.dataDir, 'attempt-tokens'));
  const tickets = createBootTickets(await loadKey(config.dataDir, 'boot-tickets'));
  const imageTokens = createImageTokens(await loadKey(config.dataDir, 'image-files'));
  const access = await openPeopleAccess(config.dataDir, peopleUrl, { store: storage.store, now });
  tidy(scene, 'sessions and tokens that are over', limits.accessTidyMs, access.removeOld);
  const changes = new EventEmitter<{ changed: [LiveFrame] }>().setMaxListeners(0);
  await openTracing(scene, storage.store, changes);
  const wakeUps = createWakeUps({
    brain: () => brain,
    bus,
    changes,
    report: logger,
    rightsChanged: access.changed,
    counted(counted) {
      metrics.counted(counted);
      tellCounted(counted, logger);
    },
    async attemptEnded(attempt) {
      await logs.release(attempt);
      await uploads.release(attempt);
    },
  });
  closers.push(wakeUps.idle);
  const { github } = config;
  const { credentials } = scene;
  const forge = github && credentials ? { baseUrl: github.api, credentials } : null;
  const brain: Brain = startBrain({
    ...storage,
    config,
    peopleUrl,
    machineUrl,
    mergeClient: forge && createMergeClient(forge),
    mirrors,
    client: forge && createForgeClient(forge),
    reads: forge && createForgeReads(forge),
    source: createSourcePorts(mirrors),
    sealPartial: logs.sealPartial,
    logs,
    conformance: createConformance(config.dataDir, environment),
    ticketFor: tickets.ticketFor,
    filesTokenFor: host => imageTokens.tokenFor(host, now()),
    rightsChanged: access.changed,
    isBusConnected: bus.isConnected,
    wakeUp: wakeUps.wakeUp,
    report: logger,
    refused: code => metrics.refused(code, 'runs'),
    now,
    random,
    guestPorts: createGuestPorts({ config, addresses, logs, uploads, tokens, secrets, report: logger }),
  });
  closers.push(() => Promise.all(Object.values(brain.loops).map(loop => loop.close())));
  return { tokens, tickets, imageTokens, access, changes, wakeUps, brain };
}
