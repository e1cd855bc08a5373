import { afterEach, expect, test } from 'vitest';
import { deliveryView, type RunView, runDetail, systemView } from '#shared/api.ts';
import { partsOf } from '#shared/readiness.ts';
import { lineOf, runPage } from '#shared/run-line.ts';
import { marks, now, sampleAttempt, sampleJob, sampleJobView, sampleRun } from '../support/samples.ts';
import {
  refusal,
  type Script,
  type ScriptedCoordinator,
  scriptedCoordinator,
} from '../support/scripted-coordinator.ts';
import { type Typed, typeCommand } from '../support/type-command.ts';

let coordinator: ScriptedCoordinator;
afterEach(() => coordinator.close());

async function ask(answers: NonNullable<Script['answers']>, ...args: string[]): Promise<Typed> {
  coordinator = await scriptedCoordinator({ answers });
  return typeCommand(['--coordinator', coordinator.url, ...args]);
}

const fourMinutesAgo = Date.now() - 240_000;
const two = [
  sampleRun(2, {
    createdAt: fourMinutesAgo,
    jobs: [sampleJob(2, { startedAt: fourMinutesAgo + 1_000, endedAt: fourMinutesAgo + 43_000 })],
  }),
  sampleRun(1, {
    standing: 'refused',
    message: '.paddock.yml:1:1 expected `version: 1`',
    jobs: [],
    createdAt: Date.now() - 3 * 86_400_000,
  }),
];
const list = (items: unknown[], next: string | null = null) => ({ body: { items, next } });
/** As the list of runs has them. */
const listed = (runs: readonly RunView[], next: string | null = null) => list(runs.map(lineOf), next);
const lines = (text: string) => text.trimEnd().split('\n');

test('runs: one line each, and how to see the ones before', async () => {
  const { code, stdout, stderr } = await ask(
    { 'GET /api/v1/runs': () => listed(two, two[1]?.id) },
    'runs',
    '--limit',
    '2',
  );
  expect(code).toBe(0);
  expect(lines(stdout)).toEqual([
    expect.stringMatching(/^✓ {2}acme\/rocket#2 {2}3f2c1ab {2}fix overflow in parser +✓ +0:42 +4 min$/),
    expect.stringMatching(/^✕ {2}acme\/rocket#1 {2}3f2c1ab {2}\.paddock\.yml:1:1 expected .* 3 d$/),
  ]);
  expect(stderr).toBe(`paddock runs --before ${two[1]?.id}\n`);
});

test('runs: what is asked for goes to the coordinator', async () => {
  await ask({ 'GET /api/v1/runs': () => list([]) }, 'runs', '--repository', 'acme/rocket', '--limit', '5');
  expect(coordinator.asked[0]?.line).toBe('GET /api/v1/runs?max=5&jobs=brief&repository=acme%2Frocket');
});

test('runs: every filter goes to the coordinator, times as instants', async () => {
  const filters = ['--author', 'kim', '--branch', 'main', '--pull', '7', '--image', 'netbsd-10', '--failed'];
  const words = ['--test', 'parser/', '--text', '50% off', '--since', '2026-11-01', '--until', '1d'];
  const { stderr } = await ask({ 'GET /api/v1/runs': () => list([]) }, 'runs', ...filters, ...words);
  const asked = new URL(`http://x${coordinator.asked[0]?.line.slice(4)}`).searchParams;
  expect(Object.fromEntries(asked)).toMatchObject({
    ...{ author: 'kim', branch: 'main', change: '7', image: 'netbsd-10', outcome: 'failed' },
    ...{ test: 'parser/', text: '50% off', since: '2026-11-01', until: expect.stringMatching(/T.*Z$/) },
  });
  expect(stderr).toMatch(/^no run fits .*--branch main .*--pull 7 .*--outcome failed/);
});

test('runs: a short answer is gone on from, until there are as many as asked for', async () => {
  const answers = {
    'GET /api/v1/runs': (url: URL) =>
      url.searchParams.has('before') ? listed([two[1] ?? sampleRun(1)]) : listed(two.slice(0, 1), two[0]?.id),
  };
  expect(lines((await ask(answers, 'runs')).stdout)).toHaveLength(2);
  expect(
    coordinator.asked.map(({ line }) => new URL(`http://x${line.slice(4)}`).searchParams.get('max')),
  ).toEqual(['20', '19']);
});

test.each([
  [['--since', 'yesterday'], /--since: expected a day/],
  [['--outcome', 'bad'], /--outcome: /],
  [['--text', 'x'.repeat(10_000)], /--text: /],
  [['--text', '\u202e1 2 3 4 5 6 7 8 9 10 11'], /--text: expected at most 10 words/],
])('runs: a filter that cannot be one is said before anything is asked', async (args, message) => {
  const { code, stderr } = await ask({}, 'runs', ...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(coordinator.asked).toEqual([]);
});

test('badge: its Markdown has the address at which people reach the coordinator', async () => {
  const answers = { 'GET /api/v1/runs': () => listed([sampleRun(3)]) };
  const { stdout } = await ask(answers, 'badge', 'Acme/Rocket', '--image', 'netbsd-10');
  const at = 'http://127.0.0.1:7070';
  expect(stdout).toBe(
    `[![netbsd-10](${at}/badge/acme/rocket.svg?image=netbsd-10)](${at}/?repository=acme%2Frocket&image=netbsd-10)\n`,
  );
  expect(coordinator.asked[0]?.line).toBe('GET /api/v1/runs?max=1&jobs=brief&repository=Acme%2FRocket');
});

test('badge: of a repository without runs there is none', async () => {
  const answers = { 'GET /api/v1/runs': () => list([]) };
  expect(await ask(answers, 'badge', 'acme/none')).toMatchObject({ code: 2, stdout: '' });
  expect((await ask(answers, 'badge', 'acme/none', '--image', 'x'.repeat(10_000))).stderr).toMatch(
    /^--image: |--image: /,
  );
});

test('runs: none is said on standard error', async () => {
  const answers = { 'GET /api/v1/runs': () => list([]) };
  expect(await ask(answers, 'runs')).toMatchObject({ code: 0, stdout: '', stderr: 'no run yet\n' });
});

test('events: the life of a job in order, with times from its first event', async () => {
  const { id, attempt } = sampleJob(1);
  const events = [
    { at: now, type: 'machine.requested', data: { reason: '1 queued' } },
    { at: now + 700, type: 'job.leased', job: id, attempt, data: { status: 'leased' } },
  ];
  const answers = { [`GET /api/v1/jobs/${id}/events`]: () => ({ body: events }) };
  const { code, stdout } = await ask(answers, 'events', id);
  expect(code).toBe(0);
  expect(lines(stdout)).toEqual([
    '+0.0 s  machine.requested  reason=1 queued',
    `+0.7 s  job.leased         ${attempt} status=leased`,
  ]);
});

test('--json prints what the coordinator answered', async () => {
  const { stdout } = await ask({ 'GET /api/v1/runs': () => listed(two) }, 'runs', '--json');
  expect(runPage.parse(JSON.parse(stdout)).items).toEqual(two.map(lineOf));
});

const failed = sampleJobView(2, {
  standing: 'failed',
  text: 'failed after 0:12: step 2/2 "make check" exited with 2',
  steps: ['configure', 'make check'].map(name => ({ name, run: name, timeoutMs: 1, idleTimeoutMs: 1 })),
  history: [
    sampleAttempt(2, {
      end: { reason: 'exited', exitCode: 2, step: 1, message: 'step 2/2 "make check" exited with 2' },
      log: { state: 'complete', bytes: 60, lines: 3, sha256: '0'.repeat(64) },
      marks: marks([0, 10, 0], [10, 60, 2]),
    }),
  ],
  artifacts: [
    {
      id: 'artifact_01h455vb4pex5vsknk00000001',
      job: 'job_01h455vb4pex5vsknk00000002',
      path: 'dist/a.tar',
      bytes: 1_200,
      sha256: '0'.repeat(64),
      url: 'http://127.0.0.1:7070/artifacts/x',
      removedAt: null,
    },
  ],
});
const attempt = failed.history[0]?.id;
const failedRun = sampleRun(2, { standing: 'failed', jobs: [sampleJob(2, { standing: 'failed' })] });
const showing: NonNullable<Script['answers']> = {
  'GET /api/v1/runs': () => listed([sampleRun(3), failedRun]),
  [`GET /api/v1/runs/${failedRun.id}`]: () => ({ body: failedRun }),
  [`GET /api/v1/jobs/${failed.id}`]: () => ({ body: failed }),
  [`GET /logs/${attempt}.txt`]: url => ({
    bytes: `\u001b[31mcc parser.c\u001b[0m\ntests/parser.c:88: got ${url.searchParams}\n\n`,
  }),
};

test('show: a run by its number, with the end of the step that failed, without colours off a terminal', async () => {
  const { code, stdout } = await ask(showing, 'show', 'acme/rocket#2');
  expect(code).toBe(0);
  expect(lines(stdout)).toEqual([
    expect.stringMatching(/^acme\/rocket #2 .*✕$/),
    '  ✕  debian-12  failed after 0:12  log 60 B ✓',
    '',
    '✕ debian-12: step 2/2 "make check" exited with 2',
    '    cc parser.c',
    '    tests/parser.c:88: got from=10&to=60',
    `    paddock logs ${failed.id} --step 2`,
    `  ${failedRun.url}`,
  ]);
});

test('show: a job with its steps and artifacts', async () => {
  const { stdout } = await ask(showing, 'show', failed.id);
  expect(stdout).toContain('  ✓  1 configure   0:12');
  expect(stdout).toContain('  ✕  2 make check  0:12  exit 2');
  expect(stdout).toContain('dist/a.tar  1.2 kB  http://127.0.0.1:7070/artifacts/x');
  expect(stdout).toContain(failed.runLocally);
});

test('show --json: the run with all of its jobs', async () => {
  const { stdout } = await ask(showing, 'show', failedRun.id, '--json');
  expect(runDetail.parse(JSON.parse(stdout)).jobs[0]?.history[0]?.id).toBe(attempt);
});

test('show: what is not there, and what is no id', async () => {
  const missing = await ask({ 'GET /api/v1/runs': () => list([]) }, 'show', 'acme/rocket#9');
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('acme/rocket has no run #9') });
  await coordinator.close();
  const nonsense = await ask({}, 'show', 'nonsense');
  expect(nonsense.stderr).toContain(
    'nonsense is not the id of a run or a job; a run has a name too, such as acme/rocket#128',
  );
});

test('show: a number is looked for page by page, and no further than it can be', async () => {
  const [five, three] = [sampleRun(5), sampleRun(3)];
  const answers: NonNullable<Script['answers']> = {
    'GET /api/v1/runs': url =>
      url.searchParams.has('before') ? listed([three], three.id) : listed([five], five.id),
  };
  expect((await ask(answers, 'show', 'acme/rocket#4')).code).toBe(2);
  expect(coordinator.asked).toHaveLength(2);
});

test('cancel: what is over cannot be cancelled, and says so', async () => {
  const { code, stderr } = await ask(showing, 'cancel', 'acme/rocket#2');
  expect(code).toBe(2);
  expect(stderr).toContain('acme/rocket#2 is over already: failed');
  expect(stderr).toContain(`→ paddock rerun ${failedRun.id}`);
});

test('cancel and rerun: one call, one line', async () => {
  const running = { ...failedRun, standing: 'running' };
  const answers = {
    ...showing,
    [`GET /api/v1/runs/${failedRun.id}`]: () => ({ body: running }),
    [`POST /api/v1/runs/${failedRun.id}/cancel`]: () => ({ body: { message: 'cancelled' } }),
    [`POST /api/v1/jobs/${failed.id}/rerun`]: () => ({ body: { message: 'runs again' } }),
  };
  expect(await ask(answers, 'cancel', failedRun.id)).toMatchObject({
    code: 0,
    stdout: `${failedRun.id} is being cancelled\n`,
  });
  await coordinator.close();
  expect(await ask(answers, 'rerun', failed.id)).toMatchObject({
    code: 0,
    stdout: `${failed.id} runs again\n`,
  });
});

const forked = sampleRun(3, { purpose: 'change', change: 7, standing: 'blocked' });
const approving = {
  [`GET /api/v1/runs/${forked.id}`]: () => ({ body: forked }),
  [`POST /api/v1/runs/${forked.id}/approve`]: () => ({ body: { message: 'approved' } }),
};
const approved = {
  code: 0,
  stdout: 'acme/rocket#3 is approved at 3f2c1ab: its jobs run, without secrets\n',
  stderr: expect.stringContaining(`paddock watch ${forked.id}`),
};

test('approve: a run is approved at the commit that it tests', async () => {
  expect(await ask(approving, 'approve', forked.id)).toMatchObject(approved);
  expect(coordinator.asked.at(-1)).toMatchObject({ body: { commit: forked.commit } });
});

test('approve: a commit names its run, as long as only one pull request has it', async () => {
  const landed = sampleRun(4, { purpose: 'landed' });
  const other = sampleRun(5, { purpose: 'change', repository: 'acme/fork' });
  let known = [landed, forked];
  const answers = { ...approving, 'GET /api/v1/runs': () => listed(known) };
  expect(await ask(answers, 'approve', '3f2c1ab')).toMatchObject(approved);
  expect(coordinator.asked[0]?.line).toContain('text=3f2c1ab');
  await coordinator.close();
  known = [forked, other];
  expect((await ask(answers, 'approve', '3f2c1ab')).stderr).toContain('acme/rocket#3, acme/fork#5; name one');
  await coordinator.close();
  known = [landed];
  const { code, stderr } = await ask(answers, 'approve', '3f2c1ab');
  expect([code, stderr]).toEqual([2, expect.stringContaining('has a run of 3f2c1ab')]);
});

test('approve: why the coordinator does not approve it is passed on', async () => {
  const path = `POST /api/v1/runs/${forked.id}/approve`;
  const answers = { ...approving, [path]: () => refusal(409, 'pull request #7 is at def4567 now') };
  expect(await ask(answers, 'approve', forked.id)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('✕ pull request #7 is at def4567 now'),
  });
});

test('rerun: the coordinator’s refusal is passed on', async () => {
  const answers = {
    [`POST /api/v1/jobs/${failed.id}/rerun`]: () => refusal(409, 'wait until it is through'),
  };
  expect(await ask(answers, 'rerun', failed.id)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('✕ wait until it is through'),
  });
});

const system = systemView.parse({
  version: '0.1.0',
  coordinator: 'coordinator_01h455vb4pex5vsknk00000001',
  startedAt: now,
  bus: 'connected',
  parts: partsOf({ store: true, migrations: true, bus: true, brain: true }),
  hosts: [
    {
      id: 'host_01h455vb4pex5vsknk00000001',
      name: 'local',
      isConnected: false,
      isDraining: false,
      drivers: [{ name: 'process', isolation: 'none' }],
      lastSeenAt: Date.now() - 180_000,
    },
  ],
  machines: [
    {
      id: 'machine_01h455vb4pex5vsknk00000001',
      image: 'debian-12',
      host: 'host_01h455vb4pex5vsknk00000001',
      status: 'busy',
      since: now,
      attempt: null,
    },
  ],
  images: [{ name: 'debian-12', os: 'linux', arch: 'x86_64', driver: 'process', queued: 3, max: 2 }],
  unsentWrites: [
    {
      repository: 'acme/rocket',
      kind: 'status',
      subject: '3f2c1ab'.padEnd(40, '0'),
      context: 'paddock/debian-12',
      summary: 'success: passed',
      status: 'pending',
      tries: 2,
      createdAt: now,
      nextAt: now,
      message: 'GitHub answered 503',
    },
  ],
  github: {
    hears: 'webhooks',
    lastPass: { endedAt: Date.now() - 120_000, tookMs: 900, repairs: 1 },
    repairs: 3,
    left: null,
    failure: null,
    refused: null,
    unlisted: [],
    outbox: { count: 2, since: Date.now() - 300_000 },
  },
});

test('status: hosts, images and what GitHub has not got', async () => {
  const { stdout } = await ask({ 'GET /api/v1/system': () => ({ body: system }) }, 'status');
  expect(stdout).toContain('✓  NATS connected');
  expect(stdout).toMatch(/✓ {2}2 statuses wait to be sent, the oldest for \d:\d\d/);
  expect(stdout).toMatch(/compared \d:\d\d ago, 1 thing put right then, 3 since the start/);
  expect(stdout).toMatch(/✕ {2}local {2}silent for 3 min · 1 machine · process driver \(isolates nothing\)/);
  expect(stdout).toMatch(/debian-12 {2}linux x86_64 {2}process driver {2}1 of 2 machines, 1 busy, 3 queued/);
  expect(stdout).toMatch(/acme\/rocket 3f2c1ab {2}paddock\/debian-12 after 2 tries: GitHub answered 503$/m);
});

test('status: a webhook that was refused stands before everything else of GitHub', async () => {
  const refused = { at: Date.now() - 120_000, message: 'the signature does not match' };
  const body = { ...system, github: system.github && { ...system.github, refused } };
  const { stdout } = await ask({ 'GET /api/v1/system': () => ({ body }) }, 'status');
  expect(stdout).toMatch(
    /✕ {2}the last webhook was refused \d:\d\d ago: the signature does not match; paddock github check says more/,
  );
});

test('deliveries: what came and what became of it', async () => {
  const delivery = deliveryView.parse({
    id: 'd1',
    event: 'pull_request',
    repository: 'acme/rocket',
    receivedAt: Date.now(),
    receipts: 1,
    verdict: 'not-acted-on',
    note: 'the base dev is not a configured branch',
    tries: 0,
  });
  const { stdout } = await ask({ 'GET /api/v1/deliveries': () => list([delivery]) }, 'deliveries');
  expect(lines(stdout)).toEqual([
    '–  pull_request  acme/rocket  the base dev is not a configured branch  just now',
  ]);
});

test('open: the link alone is on standard output', async () => {
  const url = 'http://127.0.0.1:7070/sign-in#secret';
  const link = { url, expiresAt: Date.now() + 600_000 };
  const { stdout, stderr } = await ask({ 'POST /api/v1/links': () => ({ body: link }) }, 'open');
  expect(stdout).toBe(`${url}\n`);
  expect(stderr).toBe('signs one browser in, once, within 10 min:\n');
});
