import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthenticator } from '#agent/credentials/authenticator.ts';
import { createUserKey } from '#agent/credentials/user-key.ts';
import type { Bus } from '#coordinator/bus/bus.ts';
import { encodeClaims } from '#coordinator/bus/claims.ts';
import { createKey } from '#coordinator/bus/nkey.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { limits } from '#shared/limits.ts';
import { subjects } from '#shared/subjects.ts';
import { type Peer, withBench } from '#test/coordinator/bus/with-bus.ts';
import { until } from '#test/support/until.ts';
import { attacksOn } from '../support/attack.ts';
import { trySubject } from '../support/try-subject.ts';

const coordinator = newId.coordinator();
const self = newId.machine();
const other = newId.machine();
const host = newId.host();

const attack = attacksOn('NATS');

type Attempt = ['publish' | 'subscribe', subject: string, expected: 'allowed' | 'refused', what: string];

const attempts: Attempt[] = [
  ['publish', subjects.up(self, 'renew'), 'allowed', 'renew its own lease'],
  ['publish', subjects.up(self, 'finished'), 'allowed', 'report its own attempt'],
  ['publish', subjects.log(coordinator, self), 'allowed', 'send its own log'],
  ['subscribe', subjects.down(self), 'allowed', 'hear its own desired state'],
  ['subscribe', `${subjects.inboxPrefix(self)}.>`, 'allowed', 'hear its own answers'],

  ['publish', subjects.up(other, 'renew'), 'refused', "renew another machine's lease"],
  ['publish', subjects.up(other, 'finished'), 'refused', "settle another machine's attempt"],
  ['publish', subjects.up(host, 'report'), 'refused', 'report as a host'],
  ['publish', subjects.up(host, 'evidence'), 'refused', 'hand a console over as its host'],
  ['publish', subjects.log(coordinator, other), 'refused', "write into another machine's log"],
  ['publish', `log.${coordinator}`, 'refused', 'write a log of nobody'],
  ['publish', subjects.down(self), 'refused', 'command itself'],
  ['publish', subjects.down(other), 'refused', 'command another machine'],
  ['publish', subjects.down(host), 'refused', 'command a host'],
  ['publish', `${subjects.inboxPrefix(self)}.x`, 'refused', 'answer itself'],
  ['publish', `${subjects.inboxPrefix(other)}.x`, 'refused', "forge another machine's answer"],
  ['publish', '_INBOX.x', 'refused', "forge the coordinator's answer"],
  ['publish', `tty.${self}.x`, 'refused', 'use what is reserved'],
  ['publish', 'anything', 'refused', 'talk about something else'],
  ['publish', '$SYS.REQ.CLAIMS.UPDATE', 'refused', 'change the account'],
  ['publish', '$SYS.REQ.SERVER.PING', 'refused', 'list servers'],
  ['publish', '$SYS.REQ.ACCOUNT.PING.CONNZ', 'refused', 'list connections'],
  ['publish', '$JS.API.INFO', 'refused', 'use JetStream'],

  ['subscribe', '>', 'refused', 'hear everything'],
  ['subscribe', '*.>', 'refused', 'hear everything, otherwise spelled'],
  ['subscribe', 'up.>', 'refused', 'hear all renewals'],
  ['subscribe', subjects.upAll('renew'), 'refused', 'hear all renewals of one kind'],
  ['subscribe', subjects.up(self, 'renew'), 'refused', 'hear its own renewals'],
  ['subscribe', subjects.up(other, 'renew'), 'refused', "hear another machine's renewals"],
  ['subscribe', 'log.>', 'refused', 'hear all logs'],
  ['subscribe', subjects.logAll(coordinator), 'refused', 'steal a log owner’s requests'],
  ['subscribe', subjects.log(coordinator, other), 'refused', "hear another machine's log"],
  ['subscribe', 'down.*', 'refused', 'hear all commands'],
  ['subscribe', subjects.down(other), 'refused', "hear another machine's commands (and secrets)"],
  ['subscribe', subjects.down(host), 'refused', "hear a host's commands (and boot tickets)"],
  ['subscribe', '_INBOX.>', 'refused', 'hear all answers'],
  ['subscribe', `${subjects.inboxPrefix(other)}.>`, 'refused', "hear another machine's answers"],
  ['subscribe', '$SYS.>', 'refused', 'hear the server'],
  ['subscribe', '$JS.>', 'refused', 'hear JetStream'],
];

function abbreviate(subject: string): string {
  const names = { [self]: '<self>', [other]: '<other>', [host]: '<host>', [coordinator]: '<coordinator>' };
  return Object.entries(names).reduce((text, [id, name]) => text.replace(id, name), subject);
}

let scene: { guest: Peer; watcher: NatsConnection };
const over = Promise.withResolvers<void>();
let bench: Promise<void>;

beforeAll(async () => {
  const ready = Promise.withResolvers<typeof scene>();
  bench = withBench(async ({ start, peer, observer }) => {
    const bus = await start();
    ready.resolve({ guest: await peer(bus, { id: self }), watcher: await observer(bus) });
    await over.promise;
  });
  bench.catch(ready.reject);
  scene = await ready.promise;
});

afterAll(async () => {
  over.resolve();
  await bench;
});

test('a guest may do what its work needs', async () => {
  for (const one of attempts.filter(([, , expected]) => expected === 'allowed'))
    expect([one[3], await trySubject(one[0], one[1], scene.guest, scene.watcher)]).toEqual([
      one[3],
      'allowed',
    ]);
});

for (const one of attempts.filter(([, , expected]) => expected === 'refused')) {
  const [does, subject, , what] = one;
  const how = does === 'publish' ? 'publishing on' : 'subscribing to';
  attack(`a guest wants to ${what}, ${how} ${abbreviate(subject)}`, 'guest', async () => {
    expect(await trySubject(one[0], one[1], scene.guest, scene.watcher)).toBe('refused');
    return 'refused: Permissions Violation';
  });
}

attack('a guest makes the coordinator answer to another machine', 'guest', async () => {
  await withBench(async ({ start, peer, observer, log }) => {
    const bus = await start();
    bus.answer(subjects.upAll('renew'), async () => ({ answered: true }));
    const [guest, victim, watcher] = [await peer(bus), await peer(bus), await observer(bus)];
    const heard: string[] = [];
    watcher.subscribe('>', { callback: (_, { subject }) => void heard.push(subject) });
    await watcher.flush();
    for (const reply of [
      subjects.down(victim.id),
      `${subjects.inboxPrefix(victim.id)}.x`,
      `_INBOX.${guest.id}`,
      'up.x',
    ])
      guest.nats.publish(subjects.up(guest.id, 'renew'), '{}', { reply });
    guest.nats.publish(subjects.up(guest.id, 'renew'), '{}');
    expect((await guest.nats.request(subjects.up(guest.id, 'renew'), '{}')).json()).toEqual({
      answered: true,
    });
    await watcher.flush();
    const answers = heard.filter(subject => !subject.startsWith('up.'));
    expect(answers).toEqual([expect.stringMatching(`^_INBOX\\.${guest.id}\\.`)]);
    const complaints = log.lines.filter(({ message }) => message.includes('wants its answer elsewhere'));
    expect(complaints).toMatchObject([{ level: 'warn', fields: { machine: guest.id } }]);
  });
  return 'no answer; a warning with its name';
});

attack('a guest fills the memory of the server with subscriptions', 'guest', async () => {
  await withBench(async ({ start, peer }) => {
    const guest = await peer(await start());
    for (let n = 0; n <= limits.natsPeerSubscriptions; n++) guest.nats.subscribe(`_INBOX.${guest.id}.${n}`);
    await guest.nats.flush();
    await until('the server refuses', () =>
      guest.complaints.some(text => /maximum subscriptions/i.test(text)),
    );
  });
  return `Maximum Subscriptions Exceeded, after ${limits.natsPeerSubscriptions}`;
});

attack('a guest sends a message larger than any may be', 'guest', async () => {
  await withBench(async ({ start, peer, observer }) => {
    const bus = await start();
    const [guest, watcher] = [await peer(bus, { reconnect: false }), await observer(bus)];
    const heard: string[] = [];
    watcher.subscribe('up.>', { callback: (_, { subject }) => void heard.push(subject) });
    await watcher.flush();
    if (guest.nats.info) guest.nats.info.max_payload = 10 * limits.natsPayloadBytes;
    guest.nats.publish(subjects.up(guest.id, 'renew'), 'x'.repeat(limits.natsPayloadBytes + 1));
    expect(await guest.nats.closed()).toBeInstanceOf(Error);
    await watcher.flush();
    expect(heard).toEqual([]);
  });
  return 'its connection is ended; nobody gets the message';
});

type Forgery = [
  what: string,
  login: (bus: Bus, victim: Peer) => { jwt: string; key?: ReturnType<typeof createUserKey> },
];

const forgeries: Forgery[] = [
  ['nothing at all', () => ({ jwt: '' })],
  ["another machine's JWT without its key", (_, victim) => ({ jwt: victim.jwt, key: createUserKey() })],
  ['a JWT with the name changed', (_, victim) => ({ jwt: renamed(victim.jwt), key: victim.key })],
  ['a JWT signed by a key of its own', () => signedByStranger()],
  [
    'a JWT that has expired',
    bus => {
      const key = createUserKey();
      return {
        key,
        jwt: bus.mintPeer({ id: self, publicKey: key.publicKey, expiresAt: Date.now() - 1_000 }),
      };
    },
  ],
];

function renamed(jwt: string): string {
  const [head, body = '', signature] = jwt.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
  const forged = Buffer.from(JSON.stringify({ ...claims, name: other })).toString('base64url');
  return [head, forged, signature].join('.');
}

function signedByStranger() {
  const key = createUserKey();
  const stranger = createKey('account');
  const nats = { type: 'user', subs: -1, data: -1, payload: -1 } as const;
  const times = { issuedAt: Date.now(), expiresAt: Date.now() + 60_000 };
  return { key, jwt: encodeClaims({ name: self, subject: key.publicKey, ...times, nats }, stranger) };
}

for (const [what, forge] of forgeries)
  attack(`somebody logs in with ${what}`, 'network', async () => {
    await withBench(async ({ start, peer }) => {
      const bus = await start();
      const { jwt, key } = forge(bus, await peer(bus));
      const authenticator = key ? createAuthenticator(key, () => jwt) : () => undefined;
      const login = connect({ servers: bus.natsUrl, authenticator, reconnect: false });
      await expect(login).rejects.toThrow(/Authorization Violation|Authentication Expired/);
    });
    return 'Authorization Violation';
  });
