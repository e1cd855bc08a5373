/** A coordinator in the middle of its work: something in every state that a page shows, with names as long as they come. */

import { findLastAttempt } from '#coordinator/store/attempts.ts';
import { saveChange } from '#coordinator/store/changes.ts';
import { closeDelivery, receiveDelivery } from '#coordinator/store/deliveries.ts';
import { setDraining } from '#coordinator/store/hosts.ts';
import type { Job } from '#coordinator/store/jobs.ts';
import type { Run } from '#coordinator/store/runs.ts';
import { addStatusWrite } from '#coordinator/store/status-writes.ts';
import type { JobId } from '#shared/ids.ts';
import type { AttemptEnd } from '#shared/job.ts';
import { refusedFor } from '#shared/refusals/work.ts';
import { addFailedMachine, addHost, addMachine, addVersionOf, reportOf, vmOf } from './fleet.ts';
import { lease } from './lease.ts';
import { fillMerging } from './merging.ts';
import { addReport, testKeyOf } from './reports.ts';
import { addForked, addJob, addRepository, addRun, commitOf } from './rows.ts';
import type { People } from './with-people.ts';

const second = 1_000;
const minute = 60 * second;

const images = ['debian-12', 'debian-12-arm64', 'freebsd-14.4', 'openbsd-7.9', 'netbsd-10', 'windows-2025'];

export type Gallery = Record<
  | 'passedRun'
  | 'failedRun'
  | 'runningRun'
  | 'refusedRun'
  | 'emptyRun'
  | 'preparingRun'
  | 'passedJob'
  | 'failedJob'
  | 'erroredJob'
  | 'runningJob'
  | 'queuedJob'
  | 'blockedJob'
  | 'partialJob'
  | 'failedMachine'
  | 'forkedRun'
  | 'test',
  string
>;

/** Each page of it has an address; see `paths`. */
export async function fillGallery(people: People): Promise<Gallery> {
  const start = people.clock.now;
  people.clock.now = start - 3 * 60 * minute;
  const docs = await addRepository(people, { fullName: 'acme/documentation-of-the-rocket' });
  const emptyRun = await addRun(people, { state: empty(people), title: 'Describe the wire format' }, docs);
  const passed = await passedRun(people);
  people.clock.now = start - 40 * minute;
  const refusedRun = await addRun(people, {
    state: refused(people),
    title: 'Try the new suite',
    author: 'hubot',
  });
  people.clock.now = start - 25 * minute;
  const failed = await failedRun(people);
  people.clock.now = start - 2 * minute;
  const running = await runningRun(people);
  const state = { status: 'preparing', tries: 0, nextAt: start, message: null } as const;
  const forked = await addForked(people);
  const preparingRun = await addRun(people, { state, title: 'Round the corner', author: 'octocat' });
  await addOthers(people);
  await fillMerging(people);
  people.clock.now = start - 25 * minute;
  const failedMachine = await fillFleet(people, running.runningJob, start);
  people.clock.now = start;
  return {
    ...passed,
    ...failed,
    ...running,
    refusedRun: refusedRun.id,
    emptyRun: emptyRun.id,
    preparingRun: preparingRun.id,
    forkedRun: forked.run.id,
    test: testKeyOf(overflow.name),
    failedMachine,
  };
}

export const paths = (gallery: Gallery): Record<string, string> => ({
  runs: '/',
  'runs-filtered': '/?outcome=failed&image=netbsd-10',
  'runs-none-fits': '/?text=nowhere',
  'runs-searched': '/?test=overflow&since=2020-01-01&until=2099-12-31&repository=acme%2Frocket&change=128',
  'runs-searched-in-vain': '/?author=nobody&branch=%E2%80%AEniam&change=9&since=2020-01-01',
  'run-forked': `/runs/${gallery.forkedRun}`,
  test: `/tests/${gallery.test}`,
  'test-on-one-image': `/tests/${gallery.test}?image=netbsd-10`,
  'run-passed': `/runs/${gallery.passedRun}`,
  'run-failed': `/runs/${gallery.failedRun}`,
  'run-running': `/runs/${gallery.runningRun}`,
  'run-refused': `/runs/${gallery.refusedRun}`,
  'run-empty': `/runs/${gallery.emptyRun}`,
  'run-preparing': `/runs/${gallery.preparingRun}`,
  artifacts: `/runs/${gallery.passedRun}/artifacts`,
  'artifacts-none': `/runs/${gallery.failedRun}/artifacts`,
  'job-passed': `/jobs/${gallery.passedJob}`,
  'job-failed': `/jobs/${gallery.failedJob}`,
  'job-errored': `/jobs/${gallery.erroredJob}`,
  'job-running': `/jobs/${gallery.runningJob}`,
  'job-queued': `/jobs/${gallery.queuedJob}`,
  'job-blocked': `/jobs/${gallery.blockedJob}`,
  'job-partial': `/jobs/${gallery.partialJob}`,
  'settings-machine': `/settings#${gallery.failedMachine}`,
  deliveries: '/deliveries',
  merging: '/merging',
  queue: '/queue',
  'queue-of-an-image': '/queue?image=netbsd-10',
  'queue-none-fits': '/queue?repository=acme%2Fnowhere',
  'settings-image': '/settings#image-netbsd-10',
  'sign-in': '/sign-in',
  settings: '/settings',
  people: '/people',
  secrets: '/secrets',
  audit: '/audit',
  credentials: '/credentials',
  'run-absent': `/runs/run_${'0'.repeat(26)}`,
  'job-absent': '/jobs/nonsense',
});

const empty = ({ clock }: People) =>
  ({
    status: 'empty',
    at: clock.now,
    message: 'this commit has no .paddock.yml and no suite is registered',
  }) as const;

const refused = ({ clock }: People) =>
  ({
    status: 'refused',
    at: clock.now,
    message: '.paddock.yml:12:5 unknown key "stepz"; did you mean "steps"?',
    position: { file: '.paddock.yml', line: 12, column: 5 },
    refusal: refusedFor('suite-file-refused'),
  }) as const;

const green = '\u001b[32mok\u001b[0m';
const red = '\u001b[31mnot ok\u001b[0m';

const testLines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `${green} ${from + n} - parser/case-${from + n}\n`).join('');

/** Steps, a log, an end; the clock goes on as it would. */
async function play(people: People, job: Job, act: { exitCode: number; tookMs: number; last?: string }) {
  const { clock } = people;
  const begun = clock.now;
  clock.now += 8 * second;
  const leased = await lease(people, job);
  clock.now += 4 * second;
  await leased.progress(0);
  await leased.stepStarts(0);
  await leased.print(
    'checking for gcc... gcc\nchecking whether the C compiler works... yes\nconfigure: creating Makefile\n',
  );
  clock.now += act.tookMs / 4;
  await leased.stepEnds(0, 0);
  await leased.stepStarts(1);
  await leased.print(testLines(1, 182));
  clock.now += act.tookMs / 2;
  await leased.print(act.last ?? testLines(182, 215));
  await leased.stepEnds(1, act.exitCode);
  if (act.exitCode === 0 && job.suite === 'build')
    await leased.keepArtifact(
      'dist/rocket-1.4.2-very-long-name-of-an-artifact.tar.gz',
      Buffer.alloc(48_213, 'x'),
    );
  await leased.exit(act.exitCode, act.exitCode === 0 ? '' : `make check: exit ${act.exitCode}`);
  clock.now = begun;
  return leased;
}

const failure = `${red} 182 - parser/overflow\n  tests/parser.c:88: expected 4294967296, got 0\n  size_t n = strtoul(buf, NULL, 10);\n# 1 of 214 failed\n\u001b[31mmake: *** [Makefile:61: check] Error 1\u001b[0m\n`;

const overflow = {
  ...{ name: 'overflow', file: 'tests/parser.c', line: 88, message: 'expected 4294967296, got 0' },
  output: 'tests/parser.c:88: expected 4294967296, got 0\n  size_t n = strtoul(buf, NULL, 10);',
};
const others = ['reads a size', 'reads a sign', 'refuses letters', 'refuses what is too long'];

async function passedRun(people: People) {
  const run = await addRun(people, { title: 'Drop the compatibility shim', author: 'octocat' });
  for (const [n, image] of images.entries()) {
    const act = { exitCode: 0, tookMs: 40 * second + n * 9 * second };
    const leased = await play(people, await addJob(people, run, { image, position: n }), act);
    await addReport(people, leased, { passed: [...others, overflow.name], failed: [] });
  }
  const job = await addJob(people, run, { suite: 'build', stage: 'on-merge', position: 9 });
  await play(people, job, { exitCode: 0, tookMs: 30 * second });
  return { passedRun: run.id, passedJob: job.id };
}

/** A pull request and the run of its head. */
async function changeRun(
  people: People,
  { number, title, head }: { number: number; title: string; head: string },
): Promise<Run> {
  const repository = await addRepository(people);
  const change = await people.store.write(tx =>
    saveChange(tx, {
      repositoryId: repository.id,
      number,
      title,
      author: 'octocat',
      authorId: 583_231,
      headRef: 'sizes-above-4-gib',
      headSha: commitOf(4_711),
      baseRef: 'main',
      baseSha: commitOf(1),
      isFork: false,
      state: 'open',
      updatedAt: people.clock.now,
    }),
  );
  const facts = { title: head, ref: change.headRef, purpose: 'change', changeId: change.id } as const;
  return addRun(people, facts, repository);
}

async function failedRun(people: People) {
  const run = await changeRun(people, {
    number: 128,
    title: 'Parser: accept sizes above 4 GiB',
    head: 'Parser: read sizes with strtoul',
  });
  const jobs: Job[] = [];
  for (const [position, image] of images.entries()) jobs.push(await addJob(people, run, { image, position }));
  const lint = await addJob(people, run, { suite: 'lint', position: 9 });
  const [debian, arm, freebsd, openbsd, netbsd, windows] = jobs;
  if (!debian || !arm || !freebsd || !openbsd || !netbsd || !windows) throw new Error('six jobs were added');
  for (const job of [debian, arm]) {
    const leased = await play(people, job, { exitCode: 0, tookMs: 42 * second });
    await addReport(people, leased, { passed: [...others, overflow.name], failed: [] });
  }
  await play(people, lint, { exitCode: 1, tookMs: 12 * second, last: 'src/parser.c:12: trailing space\n' });
  for (const job of [openbsd, netbsd]) {
    const leased = await play(people, job, { exitCode: 2, tookMs: 67 * second, last: failure });
    await addReport(people, leased, { passed: others, failed: [overflow] });
  }
  await lose(people, freebsd);
  const cutOff = await lease(people, windows);
  await cutOff.progress(0);
  await cutOff.stepStarts(0);
  await cutOff.print(testLines(1, 20));
  people.clock.now += minute;
  const end: AttemptEnd = {
    reason: 'timed-out',
    limit: 'idle',
    step: 0,
    message: './configure: silent for 10 min',
  };
  await cutOff.end(end, 'the machine did not hand over the rest of its log');
  people.clock.now -= minute;
  return { failedRun: run.id, failedJob: netbsd.id, erroredJob: freebsd.id, partialJob: windows.id };
}

async function lose(people: People, job: Job) {
  for (const host of ['host-a', 'host-b', 'host-c']) {
    const leased = await lease(people, job);
    await leased.stepStarts(0);
    await leased.print('checking for gcc... gcc\n');
    people.clock.now += 20 * second;
    await leased.end({ reason: 'lost', message: `${host} stopped answering` }, 'the machine was lost');
  }
  people.clock.now -= minute;
}

async function runningRun(people: People) {
  const run = await changeRun(people, {
    number: 129,
    title: 'Sizes above 4 GiB, in every place where a size is read, added to another one or written',
    head: 'Read the size as 64 bits before adding, because a file may be larger than memory',
  });
  const jobs: Job[] = [];
  for (const [position, image] of images.entries()) jobs.push(await addJob(people, run, { image, position }));
  const [debian, arm, freebsd, openbsd] = jobs;
  const state = { status: 'blocked', on: 'needs', kind: 'repeatable', lastAttempt: 0, retries: 0 } as const;
  const blocked = await addJob(people, run, { suite: 'build', stage: 'on-merge', state, position: 9 });
  if (!debian || !arm || !freebsd || !openbsd) throw new Error('six jobs were added');
  await play(people, debian, { exitCode: 0, tookMs: 31 * second });
  for (const job of [arm, freebsd]) {
    const leased = await lease(people, job);
    await leased.stepStarts(0);
    await leased.print('checking for gcc... gcc\n');
    people.clock.now += 20 * second;
    await leased.stepEnds(0, 0);
    await leased.progress(1);
    await leased.stepStarts(1);
    await leased.print(testLines(1, 120));
  }
  return { runningRun: run.id, runningJob: arm.id, queuedJob: openbsd.id, blockedJob: blocked.id };
}

const deliveries = [
  ['0a1c2de0-cc78-11e3-9d1f-4c9367dc0958', 'ping', null, 'not-acted-on', 'the webhook is set up'],
  ['72d3162e-cc78-11e3-81ab-4c9367dc0958', 'push', 'acme/rocket', 'acted-on', 'run 4 of 0000000'],
  ['8f3b11aa-cc78-11e3-93c2-4c9367dc0958', 'push', 'acme/lander', 'unknown-repository', 'not configured'],
  ['a8b1c2de-cc78-11e3-9d1f-4c9367dc0958', 'pull_request', 'acme/rocket', null, ''],
] as const;

/** What is neither run nor job: deliveries and a status that GitHub refuses. */
async function addOthers({ store, clock }: People) {
  await store.write(async tx => {
    for (const [id, event, repository, verdict, note] of deliveries) {
      await receiveDelivery(tx, { id, event, repository, body: '{}' }, clock.now);
      if (verdict) await closeDelivery(tx, id, verdict, note);
    }
    await addStatusWrite(
      tx,
      {
        repository: 'acme/rocket',
        commit: commitOf(4_711),
        context: 'paddock/netbsd-10',
        payload: {
          state: 'failure',
          description: 'failed after 1:07: make check: exit 2',
          targetUrl: 'https://example.org/',
        },
        priority: 0,
      },
      clock.now,
    );
  });
}

const bootLines = (last: string) =>
  `${Array.from({ length: 40 }, (_, n) => `[    0.${String(n).padStart(6, '0')}] pci 0000:00:${n.toString(16)}.0: a device on a bus, found and left as it was`).join('\n')}\n${last}\n`;

/** Hosts that are well, draining, sick, silent and new; images in every state; machines of each kind. */
async function fillFleet(people: People, runningJob: JobId, end: number): Promise<string> {
  const { clock, store } = people;
  const architectures = [
    { arch: 'x86_64', isEmulated: false },
    { arch: 'aarch64', isEmulated: true },
  ];
  const drivers = [
    { name: 'libvirt', isolation: 'vm' as const, architectures },
    { name: 'process', isolation: 'none' as const },
  ];
  const attic = await addHost(people, 'attic', { drivers });
  const barn = await addHost(people, 'barn-with-a-long-name');
  const shed = await addHost(people, 'shed');
  const cellar = await addHost(people, 'cellar');
  await addHost(people, 'garage');
  await cellar.report();
  const [netbsd, freebsd] = [vmOf('netbsd-10', 'netbsd'), vmOf('freebsd-14.4', 'freebsd')];
  const [openbsd, windows] = [vmOf('openbsd-7.9', 'openbsd'), vmOf('windows-2025', 'windows')];
  const illumos = vmOf('omnios-r151054', 'illumos');
  const panic = bootLines('[    1.402113] Kernel panic - not syncing: No working init found.');
  const good = reportOf(clock.now, null);
  for (const manifest of [netbsd, freebsd, openbsd, windows])
    await addVersionOf(people, manifest, good, { isDisabled: manifest === windows });
  await addVersionOf(people, { ...netbsd, eol: '2026-12-31' }, reportOf(clock.now, 'boots', panic));
  await addVersionOf(people, { ...freebsd, eol: '2020-10-31' }, null);
  await addVersionOf(people, illumos, reportOf(clock.now, 'clock'));
  const attempt = (await findLastAttempt(store.read, runningJob))?.id;
  if (!attempt) throw new Error('the job runs');
  await addMachine(people, attic, netbsd, { attempt });
  await addMachine(people, barn, netbsd);
  clock.now = end - 12 * minute;
  await addFailedMachine(people, attic, openbsd, panic);
  await addFailedMachine(people, shed, freebsd, bootLines('login: '));
  await addFailedMachine(people, shed, netbsd, '');
  const failed = await addFailedMachine(people, barn, openbsd, panic);
  clock.now = end - minute;
  await addMachine(people, attic, freebsd, { isUp: false });
  clock.now = end;
  for (const host of [attic, barn, shed]) await host.report();
  await store.write(tx => setDraining(tx, barn.id, true));
  return failed;
}
