/** What people, machines and peers come in by. */
import { isIP } from 'node:net';
import { hashJoinToken } from '../access/join-tokens.ts';
import type { Audit } from '../audit/audit.ts';
import { isLoopback } from '../bus/nats-version.ts';
import { buildPeopleApp } from '../http/app.ts';
import { serveMachines } from '../http/machine-app.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { hostOf } from '../tls/expected-names.ts';
import { answerPeers } from './answers.ts';
import { listCredentials } from './list-credentials.ts';
import { lookAtReadiness } from './look-at-readiness.ts';
import { createMachineParts } from './machine-parts.ts';
import { measure } from './measures/measure.ts';
import type { Addresses } from './open-addresses.ts';
import type { Bytes } from './open-bytes.ts';
import type { Mind } from './open-mind.ts';
import { openSignIn } from './open-sign-in.ts';
import type { Storage } from './open-storage.ts';
import { createPeopleParts } from './people-parts.ts';
import type { Scene } from './scene.ts';
import { createWebApp } from './web-app.ts';

const isNameOfTheWorld = (url: string): boolean =>
  url.startsWith('https:') && !isLoopback(hostOf(url)) && isIP(hostOf(url)) === 0;

/** Doors open last: everything behind them is there. */
export async function openDoors(
  scene: Scene,
  { store, coordinator, standing, blobs, catalog, imageFiles }: Storage,
  audit: Audit,
  secrets: Secrets,
  { people, machines, bus, authorities, peopleUrl, machineUrl }: Addresses,
  { source, logs, uploads, caches, removeOld }: Bytes,
  { tokens, tickets, imageTokens, access, changes, wakeUps: { wakeUp }, brain }: Mind,
): Promise<void> {
  const { config, now, version, startedAt, closers, logger, metrics } = scene;
  answerPeers({ bus, brain, logs, refused: metrics.refused }, coordinator);
  bus.onReconnect(() => brain.leaseClock.connection(true));
  const { natsUrl, mintPeer: mint } = bus;
  const enrolment = {
    store,
    coordinator,
    natsUrl,
    machineOfTicket: tickets.machineOf,
    hashJoinToken,
    mint,
    revoke: bus.revoke,
    now,
  };
  serveMachines(
    machines.server,
    createMachineParts({
      tokens,
      imageTokens,
      findImageFile: imageFiles.find,
      source,
      uploads,
      caches,
      now,
      enrolment,
    }),
    logger,
    metrics.refused,
  );
  machines.open();
  const readiness = () => lookAtReadiness({ store, bus, brain: standing });
  const parts = {
    config,
    catalog,
    imageFiles,
    store,
    bus,
    blobs,
    logs,
    brain,
    access,
    signIn: await openSignIn(scene, { store, access, brain, peopleUrl }),
    audit,
    credentials: () =>
      listCredentials({ config, store, access, blobs, forge: scene.credentials, startedAt, now }),
    coordinator,
    peopleUrl,
    machineUrl,
    authorities,
    changes,
    secrets,
    metrics,
    readiness,
  };
  measure(scene, { store, bus, brain, readiness });
  const app = buildPeopleApp(
    createPeopleParts({
      ...parts,
      web: createWebApp(),
      version,
      startedAt,
      wakeUp,
      bytesLoosened: removeOld,
      now,
    }),
    logger,
    people.server,
    // Not for `localhost`: what browsers remember of a name counts for every port of it.
    { isTlsOnly: people.isTls && isNameOfTheWorld(peopleUrl) },
  );
  closers.push(() => app.close());
  await app.ready();
  people.open();
  // Every loop looks at the store once: whatever an earlier start left half done goes on here.
  for (const loop of Object.values(brain.loops)) loop.wake();
}
