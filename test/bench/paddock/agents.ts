/**
 * 5,000 idle agents: fifty hosts and their machines with the agent's own session code (a key and a login each, renewals every
 * 5 s), all in this process; what is measured are the coordinator and its nats-server.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { enrolOnce } from '#agent/credentials/enrol.ts';
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
import { hostId, type MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { guestDesired, type HostDesired, hostDesired, PROTOCOL_VERSION } from '#shared/messages.ts';
import { subjects } from '#shared/subjects.ts';
import type { Place } from '../place.ts';
import { type BenchFleet, withBenchFleet } from './bench-fleet.ts';
import { memoryOf } from './memory.ts';

const agents = 5_000;
const hosts = 50;
const images = Array.from({ length: 5 }, (_, n) => `here-${n}`);
const bootMs = 240_000;
const restMs = 12_000;

export type Agents = {
  /** MiB resident. */
  coordinator: number;
  'nats-server': number;
  /** Share of one processor that each takes while all agents renew. */
  cpu: { coordinator: number; 'nats-server': number };
};

export async function agents5000(place: Place): Promise<Agents> {
  const warm = agents / images.length;
  return withBenchFleet(place, { images, max: warm, warm, isLocalHostOn: false }, async fleet => {
    const stopping = new AbortController();
    const crowd = startCrowd(fleet, stopping.signal);
    try {
      await Promise.race([fleet.untilIdle(agents, bootMs), crowd.failed]);
      return await measure(fleet);
    } finally {
      stopping.abort();
      await crowd.gone();
    }
  });
}

async function measure({ coordinator, dataDir }: BenchFleet): Promise<Agents> {
  const nats = Number(await readFile(join(dataDir, 'nats/server.pid'), 'utf8'));
  const before = [cpuSeconds(coordinator.pid), cpuSeconds(nats)] as const;
  await pause(restMs);
  const shareOf = (pid: number, index: 0 | 1) => ((cpuSeconds(pid) - before[index]) * 1_000) / restMs;
  return {
    coordinator: memoryOf(coordinator.pid, 'VmRSS'),
    'nats-server': memoryOf(nats, 'VmRSS'),
    cpu: { coordinator: shareOf(coordinator.pid, 0), 'nats-server': shareOf(nats, 1) },
  };
}

/** User and system time, of hundredths of a second: proc_pid_stat(5). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

type Closer = () => Promise<unknown>;

function startCrowd(fleet: BenchFleet, signal: AbortSignal) {
  const closers: Closer[] = [];
  const known = new Map<MachineId, Promise<void>>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // also when nobody races any more
  const gate = createGate(24);
  const guest = (machine: HostDesired['machines'][number]) =>
    gate(() => startGuest(fleet, machine, signal, closers)).catch(error => {
      if (!signal.aborted) failed.reject(error);
    });
  const obey = (set: HostDesired) => {
    for (const machine of set.machines) if (!known.has(machine.id)) known.set(machine.id, guest(machine));
  };
  const started = startHosts(fleet, obey, signal, closers).catch(error => failed.reject(error));
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
  { dataDir, machineUrl }: BenchFleet,
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
      ...{ renewalDueIn: () => Number.MAX_SAFE_INTEGER, renew: async () => {} },
    };
    let desired: HostDesired = { v: PROTOCOL_VERSION, epoch: 0, generation: 0, machines: [] };
    const hear = (payload: Uint8Array) => {
      desired = hostDesired.parse(JSON.parse(Buffer.from(payload).toString()));
      obey(desired);
    };
    const connection = await openHostConnection(credential, { onPush: hear, onChange: () => {} });
    const reporting = reportUntil(signal, async () => {
      hear(await connection.report(JSON.stringify(reportOf(host, desired))));
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
  { machineUrl }: BenchFleet,
  { id: machine, ticket }: HostDesired['machines'][number],
  signal: AbortSignal,
  closers: Closer[],
): Promise<void> {
  const session = { machine, timings: defaultTimings, log: () => {}, signal };
  const credential = await obtainCredential({ ...session, enrolUrl: machineUrl, ticket });
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
