/**
 * A guest whose every secret is the attacker's (its boot ticket, its NATS credential, the three tokens of its attempt) tries
 * every subject and every route of both listeners. What it could do is printed, and is exactly what its own attempt needs.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { connect, type NatsConnection, headers as newHeaders } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect } from 'vitest';
import * as z from 'zod';
import { coordinatorLogin } from '#coordinator/bus/mint.ts';
import { loadOperator } from '#coordinator/bus/operator.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { bootEvidence, evidenceAnswer, hostDesired } from '#shared/host-messages.ts';
import { logFrameAnswer, logFrameHeader } from '#shared/log-frame.ts';
import { finishedAnswer, guestDesired, PROTOCOL_VERSION } from '#shared/messages.ts';
import { subjects } from '#shared/subjects.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { openPull, runOf, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { ask } from '#test/support/people/ask.ts';
import { withPeople } from '#test/support/people/with-people.ts';
import { attacksOn } from '../support/attack.ts';
import {
  askFor,
  finishedOf,
  type LoggedIn,
  type RogueGuest,
  renewalOf,
  withRogues,
} from '../support/rogue-host.ts';
import { type Route, routesOf } from '../support/routes.ts';
import { trySubject } from '../support/try-subject.ts';

const attack = attacksOn('guest');

type Scene = { fleet: Fleet; guest: RogueGuest; victim: RogueGuest; host: LoggedIn; routes: Route[] };
let scene: Scene;
let playing: Promise<void>;
const over = Promise.withResolvers<void>();

const file = {
  '.paddock.yml': JSON.stringify({
    version: 1,
    suites: {
      default: { steps: ['true'], caches: [{ prefix: 'npm', path: 'node_modules', files: ['README.md'] }] },
    },
  }),
};

beforeAll(async () => {
  const ready = Promise.withResolvers<Scene>();
  const routes = await new Promise<Route[]>((found, failed) => {
    withPeople(async ({ app }) => found(routesOf(app))).catch(failed);
  });
  playing = withFleet(
    { isLocalHostOn: false, secrets: { DEPLOY_KEY: 'the secret of main' } },
    async fleet => {
      const pulls = [
        await openPull(fleet, file, { branch: 'one' }),
        await openPull(fleet, suite('true'), { branch: 'two' }),
      ];
      await withRogues(fleet, 2, async ({ host, guests }) => {
        const first = (await runOf(fleet, pulls[0]?.head ?? '')).jobs[0]?.id;
        const guest = guests.find(({ spec }) => spec.job === first);
        const victim = guests.find(other => other !== guest);
        if (!guest || !victim) throw new Error('there are no two guests');
        ready.resolve({ fleet, guest, victim, host, routes });
        await over.promise;
        for (const each of guests)
          await askFor(each, subjects.up(each.id, 'finished'), finishedOf(each), finishedAnswer);
        for (const { head } of pulls)
          expect((await settled(fleet, head, 'default', 90_000)).standing).toBe('passed');
      });
    },
  );
  playing.catch(ready.reject);
  scene = await ready.promise;
}, 60_000);

afterAll(async () => {
  over.resolve();
  await playing;
}, 60_000);

const owned = (text: string, { guest, victim }: Scene): string =>
  [
    [guest.spec.attempt, '<its attempt>'],
    [victim.spec.attempt, '<another attempt>'],
    [guest.id, '<it>'],
    [victim.id, '<another machine>'],
    [guest.spec.logOwner, '<coordinator>'],
  ].reduce((all, [id = '', name = '']) => all.replaceAll(id, name), text);

const digest = createHash('sha256').update('loot').digest('hex');

const uploadPath = (attempt: string) => `/uploads/${attempt}/${digest}?path=loot&bytes=4`;

/** Every secret that the guest holds, as a bearer token. */
const tokensOf = ({ token, answer, spec }: RogueGuest): [name: string, token: string][] => [
  ['its boot ticket', token],
  ['its NATS credential', answer.jwt],
  ['its source token', spec.source.type === 'mirror' ? spec.source.token : ''],
  ['its upload token', spec.artifacts.token],
  ['its cache token', spec.caches?.token ?? ''],
];

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Without a token nothing may work; with one, what is named. */
async function walkMachines(): Promise<string[]> {
  const { fleet, guest, victim } = scene;
  const tries = (attempt: string): [method: string, path: string][] => [
    ['GET', `/source/${attempt}/archive.tar`],
    ['GET', `/source/${attempt}/git/info/refs?service=git-upload-pack`],
    ['GET', `/source/${attempt}/git/info/refs?service=git-receive-pack`],
    ['POST', `/source/${attempt}/git/git-receive-pack`],
    ['GET', `/source/${attempt}/git/../../../../etc/passwd`],
    ['GET', uploadPath(attempt)],
    ['PUT', uploadPath(attempt)],
    ['DELETE', uploadPath(attempt)],
    ['GET', `/caches/${attempt}/npm`],
    ['GET', `/caches/${attempt}/..%2f..%2fkeys`],
  ];
  const paths = [
    ...tries(guest.spec.attempt),
    ...tries(victim.spec.attempt),
    ['GET', `/images/${digest}`] as const,
    ['GET', '/'] as const,
    ['GET', '/api/v1/runs'] as const,
    ['GET', '/enrol'] as const,
  ];
  const done: string[] = [];
  for (const [name, token] of [['no token', ''] as const, ...tokensOf(guest)])
    for (const [method, path] of paths) {
      const headers = token === '' ? {} : bearer(token);
      const body = method === 'PUT' || method === 'POST' ? 'loot' : undefined;
      const answer = await ask({ port: fleet.ports.machines }, path, {
        method,
        headers,
        ...(body ? { body } : {}),
      });
      expect([method, path, answer.status < 500]).toEqual([method, path, true]);
      if (answer.status < 300) done.push(`${method} ${owned(path, scene).split('?')[0]} with ${name}`);
    }
  return done;
}

/** A connection with the coordinator's own rights. */
async function observerOf(fleet: Fleet): Promise<NatsConnection> {
  const operator = await loadOperator(join(fleet.dataDir, 'nats/keys.json'), Date.now());
  const authenticator = coordinatorLogin(operator, newId.coordinator());
  const nats = await connect({ servers: scene.guest.answer.natsUrl, authenticator, reconnect: false });
  fleet.onClose(() => nats.close());
  return nats;
}

/** What the server lets this guest publish on and subscribe to, of every subject that there is, spelled in every way. */
async function walkSubjects(): Promise<string[]> {
  const { fleet, guest, victim, host } = scene;
  const peers = [guest.id, victim.id, host.id, '*', '>'] as const;
  const verbs = ['renew', 'finished', 'report', 'evidence', '*', '>'];
  const owners = [guest.spec.logOwner, '*'];
  const all = [
    ...peers.flatMap(peer => verbs.map(verb => `up.${peer}.${verb}`)),
    ...peers.flatMap(peer => owners.map(owner => `log.${owner}.${peer}`)),
    ...peers.map(peer => `down.${peer}`),
    ...peers.flatMap(peer => [`_INBOX.${peer}.x`, `_INBOX.${peer}.>`, `tty.${peer}.x`]),
    ...['>', '*', '*.>', '_INBOX.>', '_INBOX.x', '$SYS.>', '$SYS.REQ.CLAIMS.UPDATE', '$SYS.REQ.USER.INFO'],
    ...[
      '$SYS.REQ.SERVER.PING',
      '$SYS.REQ.ACCOUNT.PING.CONNZ',
      '$JS.>',
      '$JS.API.INFO',
      '$KV.x',
      '$G.x',
      '$SRV.PING',
    ],
  ].filter(subject => !/>./.test(subject));
  const watcher = await observerOf(fleet);
  const could: string[] = [];
  for (const subject of all)
    for (const does of ['publish', 'subscribe'] as const) {
      if (does === 'publish' && /[*>]/.test(subject)) continue;
      if ((await trySubject(does, subject, guest, watcher)) === 'allowed')
        could.push(`${does} ${owned(subject, scene)}`);
    }
  return could;
}

attack('a guest hears or says anything on NATS beyond its own subjects', 'guest', async ({ task }) => {
  const could = await walkSubjects();
  task.meta.could = could;
  expect(could).toEqual([
    ...['renew', 'finished', 'report', 'evidence'].map(verb => `publish up.<it>.${verb}`),
    'publish log.<coordinator>.<it>',
    'subscribe down.<it>',
    'subscribe _INBOX.<it>.x',
    'subscribe _INBOX.<it>.>',
  ]);
  return 'its own requests, log, orders and answers; the rest: Permissions Violation';
});

attack(
  'a guest reads or writes anything on the machine listener beyond its own attempt',
  'guest',
  async ({ task }) => {
    const done = (await walkMachines()).map(line => line.replace(digest, '<file>'));
    task.meta.could = done;
    expect(done).toEqual([
      'GET /source/<its attempt>/archive.tar with its source token',
      'GET /source/<its attempt>/git/info/refs with its source token',
      'GET /uploads/<its attempt>/<file> with its upload token',
      'PUT /uploads/<its attempt>/<file> with its upload token',
      'GET /caches/<its attempt>/npm with its cache token',
    ]);
    return 'its own source, uploads and caches; the rest is refused with 401, 403 or 404';
  },
);

attack(
  'a guest reaches what is for administrators, on every route and with every secret it holds',
  'guest',
  async () => {
    const { fleet, guest, victim, routes } = scene;
    const job = await fleet.api.job(victim.spec.job);
    const fill = ({ path }: Route) =>
      path
        .replace('/runs/:id', `/runs/${job.run.id}`)
        .replace('/jobs/:id', `/jobs/${job.id}`)
        .replace('/attempts/:id', `/attempts/${victim.spec.attempt}`)
        .replace('/logs/:file', `/logs/${victim.spec.attempt}.txt`)
        .replace('/machines/:id', `/machines/${victim.id}`)
        .replace(/:name|:image/, 'here')
        .replace(/:sha256/, digest);
    const at = { port: fleet.ports.people };
    // Each request as if another computer had sent it through a proxy: none is refused for coming too often.
    const json = () => ({
      'content-type': 'application/json',
      'x-forwarded-for': `10.1.${tried >> 8}.${tried++ & 255}`,
    });
    expect(routes.length).toBeGreaterThan(60);
    let tried = 0;
    for (const route of routes.filter(({ path }) => !path.includes('*'))) {
      const init = { method: route.method, ...(route.method === 'POST' ? { body: '{}' } : {}) };
      const stranger = await ask(at, fill(route), { ...init, headers: json() });
      for (const [name, token] of tokensOf(guest)) {
        const { status } = await ask(at, fill(route), { ...init, headers: { ...json(), ...bearer(token) } });
        // A secret that opens nothing is refused, or counts as none.
        const isNoMore = status === stranger.status || status === 401;
        expect([route.method, route.path, name, isNoMore]).toEqual([route.method, route.path, name, true]);
        expect([route.method, route.path, status < 500]).toEqual([route.method, route.path, true]);
      }
    }
    expect(await fleet.api.job(victim.spec.job)).toMatchObject({ standing: 'running' });
    return `what a stranger sees, and nothing more [${tried} requests on ${routes.length} routes]`;
  },
  120_000,
);

const renew = () => subjects.up(scene.guest.id, 'renew');
const running = ({ spec }: RogueGuest, more: object = {}) => ({
  attempt: spec.attempt,
  number: spec.number,
  phase: 'steps',
  step: 0,
  logBytes: 0,
  elapsedMs: 0,
  ...more,
});

attack('a guest gets the order of another machine, secrets included', 'guest', async () => {
  const { guest, victim } = scene;
  const answer = await askFor(guest, renew(), renewalOf(victim.id), guestDesired);
  expect(answer).toBeNull();
  return 'no answer: the name in the message is not that of the subject';
});

attack('a guest keeps the attempt of another machine alive, or says how far it is', 'guest', async () => {
  const { guest, victim, fleet } = scene;
  const answer = await askFor(
    guest,
    renew(),
    renewalOf(guest.id, running(victim, { phase: 'uploads' })),
    guestDesired,
  );
  expect(answer).toMatchObject({ want: 'fenced', attempt: victim.spec.attempt });
  const { history } = await fleet.api.job(victim.spec.job);
  expect(history[0]?.times.uploadsAt ?? null).toBeNull();
  return 'fenced';
});

attack("a guest settles another machine's attempt as failed", 'guest', async () => {
  const { guest, victim, fleet } = scene;
  const forged = { ...finishedOf(victim, 1), machine: guest.id };
  expect(await askFor(guest, subjects.up(guest.id, 'finished'), forged, finishedAnswer)).toEqual({
    answer: 'fenced',
  });
  const asOther = await askFor(
    guest,
    subjects.up(guest.id, 'finished'),
    finishedOf(victim, 1),
    finishedAnswer,
  );
  expect(asOther).toBeNull();
  expect((await fleet.api.job(victim.spec.job)).standing).toBe('running');
  return 'fenced';
});

attack(
  'a guest settles an attempt that is not there yet: the next number of its own job',
  'guest',
  async () => {
    const { guest } = scene;
    const forged = { ...finishedOf(guest), number: guest.spec.number + 1 };
    expect(await askFor(guest, subjects.up(guest.id, 'finished'), forged, finishedAnswer)).toEqual({
      answer: 'fenced',
    });
    return 'fenced';
  },
);

attack('a guest passes with a log that nobody has', 'guest', async () => {
  const { guest, fleet } = scene;
  const forged = { ...finishedOf(guest), log: { bytes: 5, lines: 1, sha256: digest } };
  const answer = await askFor(guest, subjects.up(guest.id, 'finished'), forged, finishedAnswer);
  expect(answer).toMatchObject({ answer: 'log-missing' });
  expect((await fleet.api.job(guest.spec.job)).standing).toBe('running');
  return 'log-missing; the job goes on';
});

attack("a guest makes another repository's file its own artifact by its digest", 'guest', async () => {
  const { guest } = scene;
  const stolen = createHash('sha256').update('somebody else’s').digest('hex');
  const forged = { ...finishedOf(guest), artifacts: [{ path: 'loot', bytes: 16, sha256: stolen }] };
  const answer = await askFor(guest, subjects.up(guest.id, 'finished'), forged, finishedAnswer);
  expect(answer).toMatchObject({
    answer: 'later',
    message: expect.stringContaining('has not arrived whole'),
  });
  return 'later: the artifact has not arrived whole';
});

attack('a guest hands over an artifact that lands outside of its job', 'guest', async () => {
  const { guest, fleet } = scene;
  const path = encodeURIComponent('../../../keys/sessions');
  const answer = await ask(
    { port: fleet.ports.machines },
    `/uploads/${guest.spec.attempt}/${digest}?path=${path}&bytes=4`,
    {
      method: 'PUT',
      headers: bearer(guest.spec.artifacts.token),
      body: 'loot',
    },
  );
  expect(answer.status).toBe(400);
  return '400: the path is refused';
});

attack("a guest writes into another attempt's log under its own name", 'guest', async () => {
  const { guest, victim } = scene;
  const frame = newHeaders();
  frame.set(
    logFrameHeader,
    JSON.stringify({ attempt: victim.spec.attempt, number: victim.spec.number, offset: 0, marks: [] }),
  );
  const subject = subjects.log(guest.spec.logOwner, guest.id);
  const answer = await guest.nats.request(subject, 'forged\n', { timeout: 2_000, headers: frame });
  expect(logFrameAnswer.parse(answer.json())).toEqual({ answer: 'fenced' });
  return 'fenced; a warning with its name';
});

attack('a guest speaks as the host of its machine', 'guest', async () => {
  const { guest, host } = scene;
  const report = {
    v: PROTOCOL_VERSION,
    host: host.id,
    machines: [],
    drivers: [],
    acted: { epoch: 1, generation: 1 },
    capacity: { cpus: 1, memoryMiB: 1, diskMiB: 1, os: 'x', arch: 'x' },
  };
  for (const each of [report, { ...report, host: guest.id }])
    expect(await askFor(guest, subjects.up(guest.id, 'report'), each, hostDesired)).toBeNull();
  const evidence = { v: PROTOCOL_VERSION, host: host.id, machine: guest.id, console: 'forged' };
  expect(bootEvidence.safeParse(evidence).success).toBe(true);
  expect(await askFor(guest, subjects.up(guest.id, 'evidence'), evidence, evidenceAnswer)).toBeNull();
  return 'no answer';
});

attack('a guest crashes the brain with what is no message', 'guest', async () => {
  const { guest, fleet } = scene;
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const nonsense = ['', '{', deep, '{"__proto__":{"isAdmin":true}}', 'null', '1e999', '\u0000'.repeat(1_000)];
  for (const payload of nonsense)
    for (const verb of ['renew', 'finished', 'report', 'evidence'] as const)
      guest.nats.publish(subjects.up(guest.id, verb), payload, {
        reply: `${subjects.inboxPrefix(guest.id)}.x`,
      });
  await guest.nats.flush();
  const answer = await askFor(guest, renew(), renewalOf(guest.id, running(guest)), guestDesired);
  expect(answer).toMatchObject({ want: 'run' });
  expect(fleet.coordinator.isRunning()).toBe(true);
  return 'no answer; the next honest message is answered';
});

attack('another key enrols with a boot ticket that was used', 'guest', async () => {
  const { guest, fleet, victim } = scene;
  const again = (publicKey: string, token: string) =>
    ask({ port: fleet.ports.machines }, '/enrol', {
      method: 'POST',
      body: JSON.stringify({ v: PROTOCOL_VERSION, token, publicKey }),
    });
  const answer = await again(victim.key.publicKey, guest.token);
  expect([answer.status, z.object({ detail: z.string() }).parse(JSON.parse(answer.text)).detail]).toEqual([
    403,
    expect.any(String),
  ]);
  const other = guest.token.replace(guest.id, victim.id);
  expect((await again(guest.key.publicKey, other)).status).toBe(401);
  return '403: the ticket belongs to another key; 401 with a name changed';
});

attack(
  'a guest finds a credential of GitHub or a key of the coordinator in what it is told',
  'guest',
  async () => {
    const { guest, fleet } = scene;
    const told = JSON.stringify([guest.spec, guest.answer]);
    for (const secret of [
      fleet.fake.token,
      'secret-of-the-hook',
      (await fleet.api.authorization()).authorization,
    ])
      expect(told).not.toContain(secret);
    return 'three tokens of its own attempt, and the secrets of its own trusted suite';
  },
);
