/** Weeks of a repository in a moment: a test that broke on one system and wavers on another, a run of many phases, a fork. */
import { createHash } from 'node:crypto';
import type { Job } from '#coordinator/store/jobs.ts';
import type { CommitSha, RunId } from '#shared/ids.ts';
import { addHost, addMachine, vmOf } from '#test/support/people/fleet.ts';
import { lease } from '#test/support/people/lease.ts';
import { addReport, type Failed, testKeyOf } from '#test/support/people/reports.ts';
import { addForked, addJob, addRun } from '#test/support/people/rows.ts';
import type { People } from '#test/support/people/with-people.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

const images = ['debian-12', 'freebsd-14.4', 'openbsd-7.9', 'netbsd-10', 'windows-2025'];

const overflow: Failed = {
  ...{ name: 'overflow', file: 'tests/parser.c', line: 88, message: 'expected 4294967296, got 0' },
};
const others = ['reads a size', 'reads a sign', 'refuses letters'];

const titles = [
  'Keep the header in one place',
  'Read the size as 64 bits before adding',
  'Name what a field is for',
  'Drop the compatibility shim',
  'Write sizes in the order of the network',
];

const commitOf = (n: number): CommitSha => createHash('sha1').update(String(n)).digest('hex') as CommitSha;

/** It broke on netbsd-10 with the twentieth commit, and changes its mind on windows-2025. */
const isRed = (n: number, image: string): boolean =>
  (image === 'netbsd-10' && n >= 20) || (image === 'windows-2025' && [5, 6, 13, 22].includes(n));

const commits = 26;

async function land(people: People, n: number): Promise<void> {
  const { clock } = people;
  const run = await addRun(people, { commit: commitOf(n), title: titles[n % titles.length] ?? '' });
  for (const [position, image] of images.entries()) {
    const leased = await lease(people, await addJob(people, run, { image, position }));
    clock.now += minute;
    const failed = isRed(n, image) ? [overflow] : [];
    const passed = failed.length > 0 ? others : [...others, overflow.name];
    await leased.exit(failed.length > 0 ? 2 : 0, failed.length > 0 ? 'make check: exit 2' : '');
    await addReport(people, leased, { passed, failed });
    clock.now -= minute;
  }
}

/** Seconds from its being queued: what each job of the run that is looked at did when. */
const plan: Record<string, { leased: number; steps: [number, number]; isRed?: true }> = {
  'debian-12': { leased: 4, steps: [18, 52] },
  'freebsd-14.4': { leased: 31, steps: [22, 61] },
  'openbsd-7.9': { leased: 44, steps: [35, 128] },
  'netbsd-10': { leased: 38, steps: [41, 97], isRed: true },
  'windows-2025': { leased: 96, steps: [30, 74] },
};

async function play(people: People, job: Job, start: number): Promise<void> {
  const { clock } = people;
  const { leased: at, steps, isRed: fails } = plan[job.image] ?? { leased: 0, steps: [1, 1] };
  clock.now = start + at * second;
  const leased = await lease(people, job);
  clock.now += 5 * second;
  await leased.progress(0);
  for (const [step, seconds] of steps.entries()) {
    await leased.stepStarts(step);
    await leased.print(step === 0 ? 'configure: creating Makefile\n' : 'ok 1 - reads a size\n');
    clock.now += seconds * second;
    await leased.stepEnds(step, step === 1 && fails ? 2 : 0);
  }
  await leased.exit(fails ? 2 : 0, fails ? 'make check: exit 2' : '');
  await addReport(people, leased, {
    passed: fails ? others : [...others, overflow.name],
    failed: fails ? [overflow] : [],
  });
}

async function timeline(people: People): Promise<RunId> {
  const start = people.clock.now;
  const run = await addRun(people, {
    commit: commitOf(99),
    title: 'Write sizes in the order of the network',
  });
  const jobs: Job[] = [];
  for (const [position, image] of images.entries()) jobs.push(await addJob(people, run, { image, position }));
  for (const job of jobs) await play(people, job, start);
  people.clock.now = start + 8 * minute;
  return run.id;
}

/** Machines that were asked for while the jobs waited, but for the first, which was there. */
async function bootMachines(people: People, run: RunId): Promise<void> {
  const host = await addHost(people, 'attic');
  const { store } = people;
  const rows = await store.read
    .selectFrom('attempt')
    .select(['id', 'image'])
    .where('run_id', '=', run)
    .execute();
  for (const { id, image } of rows.filter(row => row.image !== 'debian-12')) {
    const machine = await addMachine(people, host, vmOf(image, 'netbsd'));
    const asked = people.clock.now - 8 * minute + (plan[image]?.leased ?? 0) * 600;
    await store.write(async tx => {
      await tx.updateTable('machine').set({ created_at: asked }).where('id', '=', machine).execute();
      await tx.updateTable('attempt').set({ machine_id: machine }).where('id', '=', id).execute();
    });
  }
}

export async function playHistory(
  people: People,
): Promise<Record<'approval' | 'timeline' | 'test-history', string>> {
  const end = people.clock.now;
  for (let n = 0; n < commits; n++) {
    people.clock.now = end - (commits - n) * 7 * hour;
    await land(people, n);
  }
  people.clock.now = end - 20 * minute;
  const run = await timeline(people);
  await bootMachines(people, run);
  people.clock.now = end - 3 * minute;
  const forked = await addForked(people, commitOf(100));
  people.clock.now = end;
  return {
    approval: `/runs/${forked.run.id}`,
    timeline: `/runs/${run}`,
    'test-history': `/tests/${testKeyOf(overflow.name)}`,
  };
}
