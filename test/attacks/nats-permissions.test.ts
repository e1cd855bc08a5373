import { connect, type NatsConnection } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { createAuthenticator } from '#agent/credentials/authenticator.ts';
import { createUserKey } from '#agent/credentials/user-key.ts';
import type { Bus } from '#coordinator/bus/bus.ts';
import { encodeClaims } from '#coordinator/bus/claims.ts';
import { createKey } from '#coordinator/bus/nkey.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { limits } from '#shared/limits.ts';
import { subjects } from '#shared/subjects.ts';
import { until } from '#test/support/until.ts';
import { type Peer, withBench } from '../coordinator/bus/with-bus.ts';

const coordinator = newId.coordinator();
const self = newId.machine();
const other = newId.machine();
const host = newId.host();

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

/** What really happened: the message arrived on the other side, or the server said no and nothing arrived. */
async function tryOut([does, subject]: Attempt, { nats, complaints }: Peer, observer: NatsConnection) {
  const before = complaints.length;
  const [sender, receiver] = does === 'publish' ? [nats, observer] : [observer, nats];
  let arrived = 0;
  const count = (error: Error | null) => {
    if (!error) arrived++;
  };
  const subscription = receiver.subscribe(subject, { callback: count });
  await receiver.flush();
  sender.publish(subject.replace(/\*|>/g, 'x'), 'attempt');
  await sender.flush();
  await receiver.flush();
  subscription.unsubscribe();
  const isRefused = () => complaints.slice(before).some(complaint => /Permissions Violation/.test(complaint));
  await until(`an outcome of: ${does} ${subject}`, () => arrived > 0 || isRefused());
  return arrived > 0 ? 'allowed' : 'refused';
}

test('a guest may do what its work needs and nothing else', { timeout: 60_000 }, async () => {
  await withBench(async ({ start, peer, observer }) => {
    const bus = await start();
    const [guest, watcher] = [await peer(bus, { id: self }), await observer(bus)];
    const seen: string[] = [];
    for (const attempt of attempts) seen.push(await tryOut(attempt, guest, watcher));
    const rows = attempts.map(([does, subject, , what], index) =>
      [seen[index]?.padEnd(8), does.padEnd(10), what.padEnd(46), abbreviate(subject)].join(' '),
    );
    console.log(
      `A guest's NATS permissions, tried one by one (nats-server ${guest.nats.info?.version})\n${rows.join('\n')}`,
    );
    expect(seen).toEqual(attempts.map(([, , expected]) => expected));
  });
});

const abbreviate = (subject: string): string =>
  subject
    .replace(self, '<self>')
    .replace(other, '<other>')
    .replace(host, '<host>')
    .replace(coordinator, '<coordinator>');

test('a guest that wants its answer elsewhere makes the coordinator talk to nobody', async () => {
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
    expect(complaints).toMatchObject([{ level: 'warn', fields: { sender: guest.id } }]);
  });
});

test('a guest cannot open more subscriptions than it needs', async () => {
  await withBench(async ({ start, peer }) => {
    const guest = await peer(await start());
    for (let n = 0; n <= limits.natsPeerSubscriptions; n++) guest.nats.subscribe(`_INBOX.${guest.id}.${n}`);
    await guest.nats.flush();
    await until('the server refuses', () =>
      guest.complaints.some(text => /maximum subscriptions/i.test(text)),
    );
  });
});

test('a payload over the limit ends the connection of who sent it', async () => {
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

test.each(forgeries)('nobody logs in with %s', async (_, forge) => {
  await withBench(async ({ start, peer }) => {
    const bus = await start();
    const { jwt, key } = forge(bus, await peer(bus));
    const authenticator = key ? createAuthenticator(key, () => jwt) : () => undefined;
    const login = connect({ servers: bus.natsUrl, authenticator, reconnect: false });
    await expect(login).rejects.toThrow(/Authorization Violation|Authentication Expired/);
  });
});
