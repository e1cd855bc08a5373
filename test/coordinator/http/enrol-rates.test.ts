/** How often somebody may knock at the door of machines: rates in virtual time, and the real door with real tokens behind it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBootTickets } from '#coordinator/access/boot-tickets.ts';
import { enrol } from '#coordinator/fleet/enrol.ts';
import { createEnrolRates } from '#coordinator/http/enrol-rates.ts';
import { listen } from '#coordinator/http/listener.ts';
import { serveMachines } from '#coordinator/http/machine-app.ts';
import type { MachineParts } from '#coordinator/http/parts.ts';
import { insertJoinToken } from '#coordinator/store/hosts.ts';
import { limits } from '#shared/limits.ts';
import { PROTOCOL_VERSION } from '#shared/messages.ts';
import { machine } from '#test/contract/sample-ids.ts';
import { ask } from '#test/support/people/ask.ts';
import { silentLogger } from '#test/support/silent-logger.ts';
import { type Lab, openLab, us } from '../support/brain-lab.ts';
import { addHost, addMachine } from '../support/rows.ts';

const nat = '192.0.2.1';

test('500 hosts behind one address that cannot get in, and then come back all at once, are never refused', () => {
  let now = 0;
  const rates = createEnrolRates(() => now);
  const pauses = [0, 2_000, 6_000, 14_000, 30_000];
  for (const at of [...pauses, 60_000, 90_000, 90_000, 120_000]) {
    now = at;
    for (let host = 0; host < 500; host++) rates.knocked(null, nat);
  }
});

test('500 hosts whose tokens are unknown are told so, each of them', () => {
  const rates = createEnrolRates(() => 0);
  for (let host = 0; host < 500; host++) rates.guessed(nat);
});

test('a network that floods the door is told to wait; machines in it, other networks and this computer are not', () => {
  const rates = createEnrolRates(() => 0);
  for (let n = 0; n < limits.enrolsPerMinute; n++) rates.knocked(null, nat);
  expect(() => rates.knocked(null, nat)).toThrow('too many enrolments');
  expect(() => rates.knocked(machine(1), nat)).not.toThrow();
  expect(() => rates.knocked(null, '192.0.2.2')).not.toThrow();
  expect(() => rates.knocked(null, null)).not.toThrow();
});

test('what comes from this computer has a bound too, for all together', () => {
  const rates = createEnrolRates(() => 0);
  for (let n = 0; n < limits.enrolsPerMinute * limits.crowdShare; n++) rates.knocked(null, null);
  expect(() => rates.knocked(null, null)).toThrow('too many enrolments');
});

let lab: Lab;
let close: () => Promise<void>;
let port: number;
const tickets = createBootTickets(new Uint8Array(32).fill(7));
const refused: string[] = [];

beforeEach(async () => {
  lab = await openLab();
  refused.length = 0;
  const parts = {
    store: lab.store,
    coordinator: us,
    natsUrl: 'nats://127.0.0.1:4222',
    machineOfTicket: tickets.machineOf,
    hashJoinToken: (token: string) => token,
    revoke: async () => {},
    mint: () => 'a credential',
    now: lab.now,
  };
  const door = {
    enrol: request => enrol(parts, request),
    machineOfTicket: tickets.machineOf,
  } satisfies Partial<MachineParts> as unknown as MachineParts;
  const listener = await listen('the door', { host: '127.0.0.1', port: 0 });
  const rates = createEnrolRates(() => 0);
  serveMachines(listener.server, door, silentLogger, code => void refused.push(code), rates);
  listener.open();
  port = listener.port;
  close = listener.close;
});
afterEach(async () => {
  await close();
  await lab.close();
});

/** From behind the proxy on this computer, which names the address. */
async function knock(token: string, from = nat) {
  const { status, headers } = await ask({ port }, '/enrol', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
    body: JSON.stringify({ v: PROTOCOL_VERSION, token, publicKey: `U${'A'.repeat(55)}` }),
  });
  return [status, headers['paddock-refusal'] ?? null, headers['retry-after'] ?? null];
}

const unknown = 'x'.repeat(43);

test('who guesses join tokens is told to wait, and is counted; a right one from the same address passes', async () => {
  const token = 'y'.repeat(43);
  await lab.store.write(tx =>
    insertJoinToken(tx, { hash: token, hostName: 'shed', expiresAt: lab.clock.now + 60_000 }),
  );
  for (let n = 0; n < limits.enrolGuessesPerMinute; n++)
    expect(await knock(unknown)).toEqual([401, 'unknown-token', null]);
  expect(await knock(unknown)).toEqual([429, 'too-many-guesses', '60']);
  expect(refused.filter(code => code === 'too-many-guesses')).toHaveLength(1);
  expect(await knock(unknown, '192.0.2.2')).toEqual([401, 'unknown-token', null]);
  expect(await knock(token)).toEqual([200, null, null]);
});

test('a machine that enrols without end is told to wait, and no other one is', async () => {
  const host = await addHost(lab);
  const [first, second] = [
    await addMachine(lab, host, { status: 'requested' }),
    await addMachine(lab, host, { status: 'requested' }),
  ].map(({ id }) => tickets.ticketFor(id)) as [string, string];
  for (let n = 0; n < limits.enrolsPerMachine; n++) expect(await knock(first)).toEqual([200, null, null]);
  expect(await knock(first, '192.0.2.9')).toEqual([429, 'too-many-requests', '60']);
  expect(await knock(second)).toEqual([200, null, null]);
});
