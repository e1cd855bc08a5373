import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type NatsConnection } from '@nats-io/transport-node';
import { createAuthenticator } from '#agent/credentials/authenticator.ts';
import { createUserKey, type UserKey } from '#agent/credentials/user-key.ts';
import { type Bus, type BusOptions, startBus } from '#coordinator/bus/bus.ts';
import type { BusLog } from '#coordinator/bus/bus-log.ts';
import { coordinatorLogin } from '#coordinator/bus/mint.ts';
import { loadOperator } from '#coordinator/bus/operator.ts';
import { inspectProcess } from '#coordinator/bus/process-identity.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { type PeerId, subjects } from '#shared/subjects.ts';

export type LogLine = { level: 'info' | 'warn' | 'error'; message: string; fields: Record<string, unknown> };

export function recordingLog(): BusLog & { lines: LogLine[] } {
  const lines: LogLine[] = [];
  const say = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, message, fields: { ...fields } });
  return { lines, info: say('info'), warn: say('warn'), error: say('error') };
}

export type Peer = { id: PeerId; key: UserKey; jwt: string; nats: NatsConnection; complaints: string[] };

export type Bench = {
  dir: string;
  log: ReturnType<typeof recordingLog>;
  start(options?: Partial<BusOptions>): Promise<Bus>;
  /** A machine or host that enrols and connects, as an agent would. */
  peer(bus: Bus, options?: { id?: PeerId; lifetimeMs?: number } & ConnectionOptions): Promise<Peer>;
  /** A connection with the coordinator's own rights, that sees every message of the account. */
  observer(bus: Bus): Promise<NatsConnection>;
  serverPid(): Promise<number>;
};

/** A data directory, and buses and peers on it; everything is closed and removed at the end. */
export async function withBench(test: (bench: Bench) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'paddock-bus-'));
  const connections: NatsConnection[] = [];
  const buses: Bus[] = [];
  const log = recordingLog();
  const keep = (nats: NatsConnection) => {
    connections.push(nats);
    return nats;
  };
  try {
    await test({
      dir,
      log,
      async start(options) {
        const signal = new AbortController().signal;
        const bus = await startBus({ dir, coordinator: newId.coordinator(), log, signal, ...options });
        buses.push(bus);
        return bus;
      },
      async peer(bus, { id = newId.machine(), lifetimeMs = 60_000, ...options } = {}) {
        const key = createUserKey();
        const jwt = bus.mintPeer({ id, publicKey: key.publicKey, expiresAt: Date.now() + lifetimeMs });
        const authenticator = createAuthenticator(key, () => jwt);
        const settings = {
          ...agentSettings,
          inboxPrefix: subjects.inboxPrefix(id),
          authenticator,
          ...options,
        };
        const nats = keep(await connect({ servers: bus.natsUrl, ...settings }));
        return { id, key, jwt, nats, complaints: complaintsOf(nats) };
      },
      async observer(bus) {
        const operator = await loadOperator(join(dir, 'nats', 'keys.json'), 0);
        const authenticator = coordinatorLogin(operator, newId.coordinator());
        return keep(await connect({ servers: bus.natsUrl, authenticator }));
      },
      serverPid: async () => Number(await readFile(join(dir, 'nats', 'server.pid'), 'utf8')),
    });
  } finally {
    await Promise.all(connections.map(nats => nats.close()));
    await Promise.all(buses.map(bus => bus.close()));
    await endOrphan(dir);
    await rm(dir, { recursive: true });
  }
}

/** The server of a coordinator that a failed test had killed, and that no other one took up. */
async function endOrphan(dir: string): Promise<void> {
  const pid = Number(await readFile(join(dir, 'nats', 'server.pid'), 'utf8').catch(() => '0'));
  const seen = pid > 0 ? await inspectProcess(pid) : null;
  if (seen?.command.includes(dir)) process.kill(pid, 'SIGKILL');
}

const agentSettings = { maxReconnectAttempts: -1, reconnectTimeWait: 50, ignoreAuthErrorAbort: true };

/** What the server complained about so far; the list grows while the connection lives. */
export function complaintsOf(nats: NatsConnection): string[] {
  const complaints: string[] = [];
  void (async () => {
    for await (const status of nats.status())
      if (status.type === 'error') complaints.push(status.error.message);
  })();
  return complaints;
}

export const isRunning = async (pid: number): Promise<boolean> => (await inspectProcess(pid)) !== null;
