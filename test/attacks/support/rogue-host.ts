/**
 * A host that was let in, and its guests, all of them the attacker's: real enrolment over HTTP, real logins at the real
 * nats-server. What an agent would do and keep to, this does as the test says.
 */
import { connect, type NatsConnection } from '@nats-io/transport-node';
import * as z from 'zod';
import { createAuthenticator } from '#agent/credentials/authenticator.ts';
import { enrolOnce } from '#agent/credentials/enrol.ts';
import { createUserKey, type UserKey } from '#agent/credentials/user-key.ts';
import { hostInvitation } from '#shared/fleet-api.ts';
import { type HostDesired, hostDesired } from '#shared/host-messages.ts';
import { hostId, type MachineId, machineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type EnrolAnswer, guestDesired, PROTOCOL_VERSION, type RunSpec } from '#shared/messages.ts';
import { type PeerId, subjects } from '#shared/subjects.ts';
import { complaintsOf } from '#test/coordinator/bus/with-bus.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { until } from '#test/support/until.ts';

export type LoggedIn<Id extends PeerId = PeerId> = {
  id: Id;
  key: UserKey;
  /** Boot ticket or join token. */
  token: string;
  answer: EnrolAnswer;
  nats: NatsConnection;
  /** What nats-server refused so far. */
  complaints: string[];
};

export type RogueGuest = LoggedIn<MachineId> & { spec: RunSpec };

export const machineUrlOf = ({ ports }: Fleet): string => `http://127.0.0.1:${ports.machines}`;

async function logIn(fleet: Fleet, token: string) {
  const key = createUserKey();
  const { signal } = new AbortController();
  const answer = await enrolOnce({ enrolUrl: machineUrlOf(fleet), token, publicKey: key.publicKey, signal });
  const nats = await connect({
    servers: answer.natsUrl,
    authenticator: createAuthenticator(key, () => answer.jwt),
    inboxPrefix: subjects.inboxPrefix(answer.id),
    reconnect: false,
  });
  fleet.onClose(() => nats.close());
  return { key, token, answer, nats, complaints: complaintsOf(nats) };
}

export const platform = {
  os: 'linux',
  arch: 'x64',
  node: '24',
  hostname: 'rogue',
  git: null,
  agent: 'sha256:rogue',
};

export const renewalOf = (machine: MachineId, running: object | null = null) => ({
  v: PROTOCOL_VERSION,
  machine,
  platform,
  running,
});

/** Null where the coordinator answers nothing. */
export async function askFor<Schema extends z.ZodType>(
  { nats }: LoggedIn,
  subject: string,
  payload: unknown,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  try {
    return schema.parse((await nats.request(subject, text, { timeout: 1_500 })).json());
  } catch (error) {
    if (error instanceof z.ZodError) throw error;
    return null;
  }
}

/** Joins as a host, says it has every machine that it is told to have, and enrols so many guests, each with a job. */
export async function withRogues(
  fleet: Fleet,
  guests: number,
  body: (rogues: { host: LoggedIn; desired: HostDesired; guests: RogueGuest[] }) => Promise<void>,
): Promise<void> {
  const headers = { ...(await fleet.api.authorization()), 'content-type': 'application/json' };
  const invited = await fetch(`${fleet.url}/api/v1/hosts`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ name: 'rogue' }),
  });
  const { token } = hostInvitation.parse(await invited.json());
  const joined = await logIn(fleet, token);
  const host = { ...joined, id: hostId.parse(joined.answer.id) };
  let desired: HostDesired = { v: PROTOCOL_VERSION, epoch: 0, generation: 0, machines: [], evidenceOf: [] };
  const report = async () => {
    desired =
      (await askFor(host, subjects.up(host.id, 'report'), reportOf(host.id, desired), hostDesired)) ??
      desired;
    return desired;
  };
  const all = await until(
    'there are machines',
    async () => {
      const { machines } = await report();
      return machines.length >= guests && machines;
    },
    { timeoutMs: 20_000 },
  );
  const beat = setInterval(() => void report(), limits.hostReportMs);
  try {
    const enrolled: RogueGuest[] = [];
    for (const { ticket } of all.slice(0, guests)) enrolled.push(await takeJob(fleet, ticket));
    await body({ host, desired, guests: enrolled });
  } finally {
    clearInterval(beat);
  }
}

async function takeJob(fleet: Fleet, ticket: string): Promise<RogueGuest> {
  const joined = await logIn(fleet, ticket);
  const guest = { ...joined, id: machineId.parse(joined.answer.id) };
  const spec = await until(
    'it is given a job',
    async () => {
      const answer = await askFor(guest, subjects.up(guest.id, 'renew'), renewalOf(guest.id), guestDesired);
      return answer?.want === 'run' && answer.spec;
    },
    { timeoutMs: 20_000 },
  );
  return { ...guest, spec };
}

const reportOf = (host: string, { epoch, generation, machines }: HostDesired) => ({
  v: PROTOCOL_VERSION,
  host,
  capacity: { cpus: 8, memoryMiB: 64_000, diskMiB: 1_000_000, os: 'linux', arch: 'any' },
  drivers: [{ name: 'process', isolation: 'none' }],
  acted: { epoch, generation },
  machines: machines.map(({ id }) => ({ id, state: 'running', reason: '' })),
});

/** The end of an attempt that printed nothing. */
export const finishedOf = ({ id, spec }: RogueGuest, exitCode = 0) => ({
  v: PROTOCOL_VERSION,
  machine: id,
  attempt: spec.attempt,
  number: spec.number,
  end: { reason: 'exited', exitCode, step: 0, message: '' },
  log: { bytes: 0, lines: 0, sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
  marks: [],
  artifacts: [],
});
