/**
 * Idle agents by the thousand: hosts and their machines with the agent's own session code (a key and a login each, renewals
 * every 5 s), all in this process, so that what is measured are the coordinator and its nats-server.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { enrolOnce } from '#agent/credentials/enrol.ts';
import { usualWay } from '#agent/credentials/route.ts';
import { createUserKey } from '#agent/credentials/user-key.ts';
import { openConnection as openGuestConnection } from '#agent/guest/session/connection.ts';
import { obtainCredential } from '#agent/guest/session/credential.ts';
import { fromPayload, toPayload } from '#agent/guest/session/payload.ts';
import { createRenewals } from '#agent/guest/session/renewals.ts';
import { defaultTimings } from '#agent/guest/session/timings.ts';
import { openConnection as openHostConnection } from '#agent/host/connection.ts';
import { makeJoinToken } from '#coordinator/access/join-tokens.ts';
import { connect } from '#coordinator/store/connect.ts';
import { insertJoinToken } from '#coordinator/store/hosts.ts';
import { type HostDesired, hostDesired } from '#shared/host-messages.ts';
import { hostId, type MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { guestDesired, PROTOCOL_VERSION } from '#shared/messages.ts';
import { subjects } from '#shared/subjects.ts';

const hosts = 50;

/** Where hosts join and machines enrol. */
export type CrowdPlace = { dataDir: string; machineUrl: string };

export type Crowd = {
  /** Rejects when one of them could not come. */
  failed: Promise<never>;
  /** After the signal: every connection is closed. */
  gone(): Promise<void>;
};

type Closer = () => Promise<unknown>;

/** Fifty hosts join and start every machine that they are told to have, until the signal aborts. */
export function startCrowd(place: CrowdPlace, signal: AbortSignal): Crowd {
  const closers: Closer[] = [];
  const known = new Map<MachineId, Promise<void>>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // also when nobody races any more
  const gate = createGate(24);
  const guest = (machine: HostDesired['machines'][number]) =>
    gate(() => startGuest(place, machine, signal, closers)).catch(error => {
      if (!signal.aborted) failed.reject(error);
    });
  const obey = (set: HostDesired) => {
    for (const machine of set.machines) if (!known.has(machine.id)) known.set(machine.id, guest(machine));
  };
  const started = startHosts(place, obey, signal, closers).catch(error => failed.reject(error));
  return {
    failed: failed.promise,
    async gone() {
      await started;
      await Promise.all(known.values());
      await Promise.all(closers.map(close => close()));
    },
  };
}

/** So many at once; the others wait in turn. */
function createGate(places: number) {
  let free = places;
  const waiting: (() => void)[] = [];
  return async <Result>(act: () => Promise<Result>): Promise<Result> => {
    if (free === 0) await new Promise<void>(resolve => waiting.push(resolve));
    else free--;
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

async function startHosts(
  { dataDir, machineUrl }: CrowdPlace,
  obey: (set: HostDesired) => void,
  signal: AbortSignal,
  closers: Closer[],
): Promise<void> {
  const tokens = Array.from({ length: hosts }, () => makeJoinToken(Date.now()));
  const database = connect({ type: 'sqlite', file: join(dataDir, 'paddock.db') }, 'writer');
  for (const [n, { hash, expiresAt }] of tokens.entries())
    await insertJoinToken(database, { hash, expiresAt, hostName: `host-${n}` });
  await database.destroy();
  for (const { token } of tokens) {
    const key = createUserKey();
    const enrolment = { enrolUrl: machineUrl, token, publicKey: key.publicKey, signal };
    const answer = await enrolOnce(enrolment);
    const host = hostId.parse(answer.id);
    const credential = {
      ...{ host, key, natsUrl: () => answer.natsUrl, jwt: () => answer.jwt },
      authorities: null,
      ...{ renewalDueIn: () => Number.MAX_SAFE_INTEGER, renew: async () => {} },
    };
    let desired: HostDesired = { v: PROTOCOL_VERSION, epoch: 0, generation: 0, machines: [], evidenceOf: [] };
    const hear = (payload: Uint8Array) => {
      desired = hostDesired.parse(JSON.parse(Buffer.from(payload).toString()));
      obey(desired);
    };
    const connection = await openHostConnection(credential, {
      onPush: hear,
      onChange: () => {},
      onRefused: () => {},
    });
    const reporting = reportUntil(signal, async () => {
      hear(await connection.ask('report', JSON.stringify(reportOf(host, desired))));
    });
    closers.push(async () => {
      await connection.close();
      await reporting;
    });
  }
}

/** A report that is not answered in time is repeated with the next. */
async function reportUntil(signal: AbortSignal, report: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await report().catch(() => {});
    await pause(limits.hostReportMs, undefined, { signal }).catch(() => {});
  }
}

const reportOf = (host: string, { epoch, generation, machines }: HostDesired) => ({
  v: PROTOCOL_VERSION,
  host,
  capacity: { cpus: 100, memoryMiB: 1_000_000, diskMiB: 1_000_000, os: 'linux', arch: 'any' },
  drivers: [{ name: 'process', isolation: 'none' }],
  acted: { epoch, generation },
  machines: machines.map(({ id }) => ({ id, state: 'running', reason: '' })),
});

async function startGuest(
  { machineUrl }: CrowdPlace,
  { id: machine, ticket }: HostDesired['machines'][number],
  signal: AbortSignal,
  closers: Closer[],
): Promise<void> {
  const session = { machine, timings: defaultTimings, log: () => {}, signal };
  const credential = await obtainCredential({ ...session, enrolUrl: machineUrl, way: usualWay, ticket });
  const connection = await openGuestConnection({ ...session, credential });
  connection.onPush(() => {});
  const platform = {
    os: 'linux',
    arch: 'x64',
    node: '24',
    hostname: 'crowd',
    git: null,
    agent: 'sha256:crowd',
  };
  const payload = toPayload({ v: PROTOCOL_VERSION, machine, platform, running: null });
  const options = { timeoutMs: limits.renewalReplyMs, signal };
  const renewals = createRenewals({
    ...session,
    ask: async () =>
      fromPayload(guestDesired, await connection.request(subjects.up(machine, 'renew'), payload, options)),
    obey: () => {},
  });
  const renewing = renewals.run();
  closers.push(async () => {
    await renewing;
    await connection.close();
  });
}
