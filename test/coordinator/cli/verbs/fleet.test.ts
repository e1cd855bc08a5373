import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { hostDetail, hostInvitation, machineDetail, poolDetail } from '#shared/fleet-api.ts';
import {
  refusal,
  type Script,
  type ScriptedCoordinator,
  scriptedCoordinator,
} from '../support/scripted-coordinator.ts';
import { spawnPaddock } from '../support/spawned.ts';
import { type Typed, type TypeOptions, typeCommand } from '../support/type-command.ts';

let coordinator: ScriptedCoordinator | null = null;
afterEach(async () => {
  await coordinator?.close();
  coordinator = null;
});

async function ask(
  answers: NonNullable<Script['answers']>,
  args: string[],
  options: TypeOptions = {},
): Promise<Typed> {
  coordinator = await scriptedCoordinator({ answers });
  return typeCommand(['--coordinator', coordinator.url, ...args], options);
}
const lines = (text: string) => text.trimEnd().split('\n');
const answering = (line: string, body: unknown) => ({ [line]: () => ({ body }) });
const ago = (ms: number) => Date.now() - ms;

const host = hostDetail.parse({
  id: 'host_01h455vb4pex5vsknk00000001',
  name: 'attic',
  isConnected: true,
  isDraining: false,
  lastSeenAt: ago(1_000),
  system: { os: 'linux', arch: 'x86_64' },
  room: { cpus: { total: 8, free: 6 }, memoryMiB: { total: 16_384, free: 12_800 } },
  diskFreeMiB: 122_880,
  drivers: [
    {
      name: 'libvirt',
      isolation: 'vm',
      architectures: [
        { arch: 'x86_64', isEmulated: false },
        { arch: 'aarch64', isEmulated: true },
      ],
    },
    { name: 'process', isolation: 'none' },
  ],
  machines: { ready: 1, busy: 2 },
  machineList: [
    {
      id: 'machine_01h455vb4pex5vsknk00000001',
      image: 'netbsd-10',
      status: 'busy',
      since: ago(240_000),
      expiresAt: Date.now() + 1,
    },
  ],
});

test('host list: one line each, with connection, room, drivers and machines', async () => {
  const hosts = [
    host,
    { ...host, name: 'barn', isConnected: false, isDraining: true, lastSeenAt: ago(180_000), machines: {} },
    {
      ...host,
      name: 'cellar',
      isConnected: false,
      lastSeenAt: null,
      system: null,
      room: null,
      drivers: [],
      machines: {},
    },
  ];
  const { code, stdout } = await ask(answering('GET /api/v1/hosts', hosts), ['host', 'list']);
  expect(code).toBe(0);
  const room = '6 of 8 CPUs, 12.5 GiB of 16.0 GiB memory, 120.0 GiB disk';
  expect(lines(stdout).map(line => line.replace(/ {2,}/g, ' | '))).toEqual([
    `✓ | attic | connected | linux x86_64 | ${room} | libvirt (vm), process (isolates nothing) | 1 ready, 2 busy`,
    `✕ | barn | silent for 3 min, draining | linux x86_64 | ${room} | libvirt (vm), process (isolates nothing) | no machine`,
    '✕ | cellar | has not reported yet | no machine',
  ]);
});

test('host list: none is said with how to have one', async () => {
  const { code, stdout, stderr } = await ask(answering('GET /api/v1/hosts', []), ['host', 'list']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(lines(stderr)).toEqual([
    'no host has joined yet',
    '→ paddock host add NAME   (at the coordinator; it prints the whole line)',
  ]);
});

test('host show: its facts and its machines', async () => {
  const { stdout } = await ask(answering('GET /api/v1/hosts/attic', host), ['host', 'show', 'attic']);
  expect(lines(stdout)).toEqual([
    '✓ attic · connected',
    '  id          host_01h455vb4pex5vsknk00000001',
    '  system      linux x86_64',
    '  free        6 of 8 CPUs, 12.5 GiB of 16.0 GiB memory, 120.0 GiB disk',
    '  drivers     libvirt (vm), process (isolates nothing)',
    '  processors  x86_64 on KVM, aarch64 emulated (emulated programs take five to twenty times as long)',
    '',
    'Machines',
    '  ●  netbsd-10  busy  4 min  machine_01h455vb4pex5vsknk00000001',
  ]);
});

test('host show: what an admin says of it', async () => {
  const body = {
    ...host,
    labels: { disk: 'nvme', site: 'berlin' },
    resources: { gpu: { total: 2, free: 1 }, tape: { total: 1, free: 1 } },
  };
  const { stdout } = await ask(answering('GET /api/v1/hosts/attic', body), ['host', 'show', 'attic']);
  expect(lines(stdout)).toContain('  labels      disk=nvme, site=berlin');
  expect(lines(stdout)).toContain('  resources   1 of 2 gpu, 1 of 1 tape');
});

test('host set: sends what was named, takes away what is empty, and shows the host', async () => {
  const body = { ...host, labels: { site: 'berlin' } };
  const args = ['--label', 'site=berlin', '--label', 'rack=', '--resource', 'gpu=2', '--resource', 'tape=0'];
  const { code, stdout } = await ask(answering('POST /api/v1/hosts/attic/set', body), [
    ...['host', 'set', 'attic'],
    ...args,
  ]);
  expect(code).toBe(0);
  expect(coordinator?.asked.map(({ body }) => body)).toEqual([
    { labels: { site: 'berlin', rack: null }, resources: { gpu: 2, tape: null } },
  ]);
  expect(lines(stdout)).toContain('  labels      site=berlin');
});

test.each([
  [[], 'say what to set: --label or --resource'],
  [['--label', 'berlin'], 'expected NAME=…'],
  [['--label', 'Site=berlin'], 'expected NAME=…'],
  [['--label', 'site=ber lin'], 'expected a value of letters'],
  [['--resource', 'gpu=some'], 'expected a whole number up to 10000'],
  [['--resource', 'gpu='], 'expected a whole number up to 10000'],
  [['--resource', 'gpu=10001'], 'expected a whole number up to 10000'],
])('host set %j: says what is wrong before it asks anybody', async (args, sentence) => {
  const { code, stderr } = await ask({}, ['host', 'set', 'attic', ...args]);
  expect(code).not.toBe(0);
  expect(stderr).toContain(sentence);
  expect(coordinator?.asked).toEqual([]);
});

test('host show: what it fetches and what it cannot fetch, by the images that need it', async () => {
  const imageFiles = [
    { images: ['netbsd-10'], download: { bytes: 1.2e9, totalBytes: 3.4e9 }, message: null },
    { images: [], download: null, message: 'the server answered 404' },
  ];
  const body = { ...host, imageFiles };
  const { stdout } = await ask(answering('GET /api/v1/hosts/attic', body), ['host', 'show', 'attic']);
  expect(lines(stdout)).toContain('  fetches      netbsd-10 (1.2 GB of 3.4 GB)');
  expect(lines(stdout)).toContain('  not fetched  an image that is no more: the server answered 404');
});

const invitation = hostInvitation.parse({
  name: 'attic',
  token: 'join_secret',
  expiresAt: Date.now() + 3_600_000,
  coordinator: 'http://192.0.2.1:7071',
  drivers: ['libvirt', 'process'],
  isKnown: false,
});

test('host add: the line alone is on standard output, and its secret is no argument of it', async () => {
  const { stdout, stderr } = await ask(answering('POST /api/v1/hosts', invitation), ['host', 'add', 'attic']);
  expect(stdout).toBe(
    'PADDOCK_JOIN_TOKEN=join_secret paddock host run --coordinator http://192.0.2.1:7071 --libvirt\n',
  );
  expect(stderr).toMatch(/^paste this line on attic, .* within 60 min \(until 20\d\d-.* UTC\):\n$/);
  expect(coordinator?.asked).toMatchObject([{ line: 'POST /api/v1/hosts', body: { name: 'attic' } }]);
});

test('host add: says what another computer could not reach, and whose place would be taken', async () => {
  const here = { ...invitation, coordinator: 'http://127.0.0.1:7071', drivers: ['process'], isKnown: true };
  const { stdout, stderr } = await ask(answering('POST /api/v1/hosts', here), ['host', 'add', 'attic']);
  expect(stdout).not.toContain('--libvirt');
  expect(stderr).toContain('there is a host attic already');
  expect(stderr).toContain('http://127.0.0.1:7071 is an address of this computer only');
});

test('host drain, resume, remove: one call, one line; refusals are passed on', async () => {
  const said = { message: 'attic drains' };
  const drained = await ask(answering('POST /api/v1/hosts/attic/drain', said), ['host', 'drain', 'attic']);
  expect(drained).toMatchObject({ code: 0, stdout: 'attic drains\n' });
  await coordinator?.close();
  const refusing = {
    'POST /api/v1/hosts/attic/remove': () => refusal(409, 'attic has 1 machine', 'paddock host show attic'),
  };
  expect(await ask(refusing, ['host', 'remove', 'attic'])).toMatchObject({
    code: 2,
    stderr: '✕ attic has 1 machine\n→ paddock host show attic\n',
  });
  await coordinator?.close();
  await ask(answering('POST /api/v1/hosts/attic/remove', said), ['host', 'remove', 'attic', '--force']);
  expect(coordinator?.asked).toMatchObject([{ body: { isForced: true } }]);
});

test.each([
  [['host', 'run'], 'the address of the coordinator', 'paddock host add NAME'],
  [
    ['--coordinator', 'http://127.0.0.1:1', 'host', 'run', '--libvirt', 'xen:///'],
    'xen:/// is no libvirt',
    'paddock host run --help',
  ],
  [
    ['--coordinator', 'http://127.0.0.1:1', 'host', 'run', '--mirror', 'a.example:80', 'b.example'],
    'b.example is no mirror',
    'paddock host run --help',
  ],
])('%j is refused before anything is started', async (args, why, hint) => {
  const { code, stderr } = await typeCommand(args);
  expect(code).toBe(2);
  expect(stderr).toContain(why);
  expect(lines(stderr).at(-1)).toContain(hint);
});

const pool = poolDetail.parse({
  image: 'netbsd-10',
  driver: 'libvirt',
  hosts: null,
  warm: 1,
  max: 5,
  idleMs: 600_000,
  isPaused: false,
  configured: { warm: 0, max: 2, idleMs: 600_000 },
  changedAt: ago(720_000),
  queued: 4,
  machines: { busy: 1, ready: 1 },
  missing: 3,
  room: 0,
  limit: { kind: 'memory', text: 'it needs 2048 MiB of memory, and attic has 904 MiB free' },
  emulatedOn: ['attic'],
  decisions: [
    { at: ago(240_000), type: 'pool.fell-short', data: { missing: 3, limit: 'memory', reason: 'no memory' } },
    { at: ago(720_000), type: 'pool.scaled', data: { warm: 1, max: 5 } },
  ],
});

test('pool list: machines, what is kept and queued, and what is short', async () => {
  const calm = { ...pool, image: 'debian-12', missing: 0, queued: 0, changedAt: null, machines: {}, warm: 0 };
  const { stdout } = await ask(answering('GET /api/v1/pools', [pool, calm, { ...calm, isPaused: true }]), [
    'pool',
    'list',
  ]);
  expect(lines(stdout).map(line => line.replace(/ {2,}/g, ' | '))).toEqual([
    '✕ | netbsd-10 | 2 of 5 machines | 1 ready, 1 busy | 1 kept ready | 4 queued | 3 short: it needs 2048 MiB of memory, and attic has 904 MiB free',
    '✓ | debian-12 | 0 of 5 machines | 0 queued',
    '◇ | debian-12 | 0 of 5 machines | 0 queued | paused',
  ]);
});

test('pool why: that its image keeps none ready, where more are configured', async () => {
  const overruled = { ...pool, warm: 0, keepsNone: true, configured: { ...pool.configured, warm: 2 } };
  const why = ['pool', 'why', 'netbsd-10'];
  const { stdout } = await ask(answering('GET /api/v1/pools/netbsd-10', overruled), why);
  expect(stdout).toContain('netbsd-10 says `warm: none`, so none are kept ready; configured are 2');
});

test('pool why: what a host must have', async () => {
  const needs = { labels: { site: 'berlin' }, resources: { gpu: 1 } };
  const body = { ...pool, needs };
  const { stdout } = await ask(answering('GET /api/v1/pools/netbsd-10', body), ['pool', 'why', 'netbsd-10']);
  expect(lines(stdout)).toContain('  needs       site=berlin, 1 gpu');
});

test('pool why: what holds, what is configured, what is wanted, what limits it, and what was decided', async () => {
  const { stdout } = await ask(answering('GET /api/v1/pools/netbsd-10', pool), ['pool', 'why', 'netbsd-10']);
  expect(lines(stdout)).toEqual([
    '✕ netbsd-10 · libvirt driver',
    '  holds       at most 5, 1 kept ready, idle ones go after 10 min',
    '  configured  at most 2, 0 kept ready, idle ones go after 10 min; changed by hand 12 min ago, until paddock pool reset netbsd-10',
    '  there       2 of 5 machines: 1 ready, 1 busy',
    '  wanted      4 for queued jobs, 1 kept ready',
    '  limit       3 short: it needs 2048 MiB of memory, and attic has 904 MiB free',
    '  speed       attic would emulate its processor: emulated programs take five to twenty times as long',
    '',
    'Decisions',
    '   4 min  pool.fell-short  no memory',
    '  12 min  pool.scaled      warm=1 max=5',
  ]);
});

test('pool scale: what is given is sent, and what comes of it is shown', async () => {
  const room = { ...pool, missing: 0, room: 2 };
  const answers = answering('POST /api/v1/pools/netbsd-10/scale', room);
  const { code, stdout } = await ask(answers, [
    'pool',
    'scale',
    'netbsd-10',
    '--min',
    '1',
    '--max',
    '5',
    '--idle',
    '10m',
  ]);
  expect(code).toBe(0);
  expect(coordinator?.asked).toMatchObject([{ body: { warm: 1, max: 5, idleMs: 600_000 } }]);
  expect(stdout).toContain('limit       room for 2 more; then it needs 2048 MiB of memory');
});

describe('pool scale --dry-run', () => {
  const preview = {
    ...{ image: 'netbsd-10', refusal: null, warm: 1, max: 5, idleMs: 600_000 },
    ...{ starts: [{ host: 'attic', count: 2, hasImage: true }], stops: 0, missing: 0, room: 1, others: [] },
    limit: { kind: 'memory', text: 'it needs 2048 MiB of memory' },
    sentences: ['would start 2 now: attic has room, the image is there', 'debian-12: 1 fewer started now'],
  };
  const line = ['pool', 'scale', 'netbsd-10', '--max', '5', '--dry-run'];
  const answers = (body: object) => answering('POST /api/v1/pools/netbsd-10/preview', body);

  test('asks what would come of it, and nothing else', async () => {
    const { code, stdout, stderr } = await ask(answers(preview), line);
    expect(code).toBe(0);
    expect(coordinator?.asked).toMatchObject([{ body: { max: 5 } }]);
    expect(lines(stdout)).toEqual(preview.sentences);
    expect(lines(stderr)).toEqual(['nothing was changed; without --dry-run it is']);
  });

  test('as JSON, as the API has it', async () => {
    const { stdout } = await ask(answers(preview), [...line, '--json']);
    expect(JSON.parse(stdout)).toEqual(preview);
  });

  test('what cannot be is said, with where to look', async () => {
    const refusal = '3 kept ready is more than 2 at once';
    const { code, stdout, stderr } = await ask(answers({ ...preview, refusal, sentences: [] }), line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(refusal);
    expect(stderr).toContain('paddock pool why netbsd-10');
  });
});

test.each([
  [['pool', 'scale', 'netbsd-10'], 'say what to scale: --min, --max or --idle'],
  [['pool', 'scale', 'netbsd-10', '--max', 'many'], 'expected a whole number'],
  [['pool', 'scale', 'netbsd-10', '--idle', 'soon'], 'expected a duration such as 90s, 10m or 1h'],
])('%j is refused before anything is sent', async (args, why) => {
  expect(await typeCommand(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(why) });
});

test.each(['pause', 'resume', 'reset'])('pool %s: one call, and how the pool stands', async verb => {
  const answers = answering(`POST /api/v1/pools/netbsd-10/${verb}`, { ...pool, isPaused: verb === 'pause' });
  const { stdout } = await ask(answers, ['pool', verb, 'netbsd-10']);
  expect(lines(stdout)[0]).toMatch(
    verb === 'pause' ? /^◇ netbsd-10 · libvirt driver · paused$/ : /^✕ netbsd-10/,
  );
});

test.each([
  ['GET /api/v1/hosts', [host], ['host', 'list']],
  ['GET /api/v1/hosts/attic', host, ['host', 'show', 'attic']],
  ['POST /api/v1/hosts', invitation, ['host', 'add', 'attic']],
  ['GET /api/v1/pools/netbsd-10', pool, ['pool', 'why', 'netbsd-10']],
  ['POST /api/v1/pools/netbsd-10/reset', pool, ['pool', 'reset', 'netbsd-10']],
] as [string, unknown, string[]][])('--json prints what %s answered', async (line, body, args) => {
  const { stdout } = await ask(answering(line, body), [...args, '--json']);
  const { machineList: _, ...listed } = host;
  expect(JSON.parse(stdout)).toEqual(args[1] === 'list' ? [listed] : body);
});

describe('host run', () => {
  let state: string;
  beforeEach(async () => {
    state = await mkdtemp(path.join(tmpdir(), 'paddock-host-'));
  });
  afterEach(() => rm(state, { recursive: true }));
  const token = `join_${'x'.repeat(43)}`;
  const runHost = (url: string, input?: string) =>
    spawnPaddock(
      ['host', 'run', '--coordinator', url, '--state', state],
      { PATH: process.env.PATH, HOME: state },
      input,
    );

  test('without a token and a credential says what it needs', async () => {
    const { code, stderr } = await runHost('http://127.0.0.1:1').ended;
    expect(code).toBe(2);
    expect(lines(stderr)).toEqual([
      '✕ this computer has no credential yet, and there is no token in PADDOCK_JOIN_TOKEN or on standard input',
      '→ paddock host add NAME   (at the coordinator; it prints the whole line)',
    ]);
  });

  test('takes the token from standard input, says why it is refused, and leaves no file with it', async () => {
    const answers = { 'POST /enrol': () => refusal(403, 'this token has expired; ask for a new one') };
    coordinator = await scriptedCoordinator({ answers });
    const { code, stderr } = await runHost(coordinator.url, `${token}\n`).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('this token has expired; ask for a new one');
    expect(stderr).not.toContain(token);
    expect(coordinator.asked).toMatchObject([{ body: { token } }]);
    expect(await readdir(state)).not.toContain('join-token');
  });
});

describe('machines', () => {
  const machine = machineDetail.parse({
    id: 'machine_01h455vb4pex5vsknk00000001',
    image: 'netbsd-10',
    host: 'attic',
    status: 'gone',
    since: ago(120_000),
    createdAt: ago(240_000),
    expiresAt: Date.now() + 1,
    reason: 'did not report in within 120 s',
    attempt: null,
    hasFailed: true,
    diagnosis: 'the system does not find its disk (VFS: Unable to mount root fs); check root=',
    console: {
      text: 'Linux version 6.1.0\n\u001b[31mVFS: Unable to mount root fs',
      receivedAt: ago(120_000),
    },
    events: [
      { at: ago(240_000), type: 'machine.requested', data: { reason: '1 queued' } },
      { at: ago(120_000), type: 'machine.enrolled' },
    ],
  });
  const ready = {
    ...machine,
    id: 'machine_01h455vb4pex5vsknk00000002',
    status: 'ready',
    hasFailed: false,
    reason: null,
    diagnosis: null,
  };
  const show = `GET /api/v1/machines/${machine.id}`;

  test('list: one line each, with what it tells of those that failed', async () => {
    const { code, stdout } = await ask(answering('GET /api/v1/machines', [ready, machine]), [
      'machine',
      'list',
    ]);
    expect(code).toBe(0);
    expect(lines(stdout).map(line => line.replace(/ {2,}/g, ' | '))).toEqual([
      `✓ | netbsd-10 | attic | ready | 2 min | ${ready.id}`,
      `✕ | netbsd-10 | attic | failed to start | 2 min | ${machine.id} | ${machine.diagnosis}`,
    ]);
  });

  test('list: all are asked for, and none is said with where to look', async () => {
    const { stderr, stdout } = await ask(answering('GET /api/v1/machines', []), ['machine', 'list']);
    expect({ stdout, stderr: lines(stderr) }).toEqual({
      stdout: '',
      stderr: ['there is no machine, and none has failed to start lately', '→ paddock machine list --all'],
    });
    await coordinator?.close();
    await ask(answering('GET /api/v1/machines', []), ['machine', 'list', '--all']);
    expect(coordinator?.asked.at(-1)?.line).toBe('GET /api/v1/machines?all=1');
  });

  test('show: why it failed, what it wrote without control characters, its story', async () => {
    const { stdout } = await ask(answering(show, machine), ['machine', 'show', machine.id]);
    expect(lines(stdout)).toEqual([
      `✕ ${machine.id} · failed to start, gone for 2 min`,
      '  image   netbsd-10',
      '  host    attic',
      '  made    4 min ago',
      '  reason  did not report in within 120 s',
      '',
      machine.diagnosis,
      '',
      'Console',
      '  Linux version 6.1.0',
      '  [31mVFS: Unable to mount root fs',
      '',
      'Events',
      '  4 min  machine.requested  1 queued',
      '  2 min  machine.enrolled',
    ]);
  });

  test.each([
    [null, 'not kept: it reported in, it is not over, or its host had none to hand over'],
    [{ text: '', receivedAt: ago(1) }, 'nothing was written on it'],
  ])('show: a console that is not there or empty is said to be so', async (console, text) => {
    const { stdout } = await ask(answering(show, { ...machine, console, diagnosis: null }), [
      'machine',
      'show',
      machine.id,
    ]);
    expect(lines(stdout)).toContain(`  ${text}`);
  });

  test('show: a picture of its display is said to be there, and saved when that is asked', async () => {
    const shown = { ...machine, screen: { bytes: 3_000 } };
    const { stdout } = await ask(answering(show, shown), ['machine', 'show', machine.id]);
    expect(lines(stdout)).toContain(
      `  a picture of 3 KiB: paddock machine show ${machine.id} --screenshot screen.png`,
    );
    await coordinator?.close();
    const folder = await mkdtemp(path.join(tmpdir(), 'paddock-screen-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = path.join(folder, 'screen.png');
    const png = new Uint8Array([1, 2, 3]);
    const picture = { [`${show}/screen.png`]: () => ({ bytes: png }) };
    const saved = await ask(picture, ['machine', 'show', machine.id, '--screenshot', file]);
    expect(saved).toMatchObject({ code: 0, stdout: '' });
    expect(lines(saved.stderr)).toEqual([`what was on its display is in ${file}`]);
    expect(new Uint8Array(await readFile(file))).toEqual(png);
    await coordinator?.close();
    const nowhere = await ask(picture, ['machine', 'show', machine.id, '--screenshot', `${file}/x`]);
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('was not written: ENOTDIR') });
  });

  test('show --json is what the coordinator answers; what is no id is refused here', async () => {
    const { stdout } = await ask(answering(show, machine), ['machine', 'show', machine.id, '--json']);
    expect(JSON.parse(stdout)).toEqual(machine);
    await coordinator?.close();
    const refused = await ask({}, ['machine', 'show', 'attic']);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(lines(refused.stderr)).toEqual([
      expect.stringContaining('attic is no id of a machine'),
      '→ paddock machine list --all',
    ]);
  });

  test('what is held against a host and an image is said with the machine to look at', async () => {
    const held = {
      isQuarantined: true,
      text: 'netbsd-10, debian-12 failed to start there: no such disk',
      machine: machine.id,
      until: Date.now() + 11_500,
    };
    const { stdout } = await ask(answering('GET /api/v1/hosts/attic', { ...host, quarantine: held }), [
      'host',
      'show',
      'attic',
    ]);
    expect(lines(stdout).slice(0, 7)).toEqual([
      '✕ attic · connected, quarantined',
      ...Array.from({ length: 4 }, () => expect.any(String)),
      '  quarantine  netbsd-10, debian-12 failed to start there: no such disk; next try in 12 s',
      `  see         paddock machine show ${machine.id}`,
    ]);
  });
});
