/** A pull request that is given another base, and two pull requests at one commit: the jobs of the commit follow, and lose nothing. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listJobsOfRun } from '#coordinator/store/jobs.ts';
import type { JobRequest } from '#shared/job.ts';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { openGuests, passed } from '../support/guest-lab.ts';
import { addHost, addMachine, attemptOf } from '../support/rows.ts';

const repository = 'acme/rocket';
const number = 1;

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
beforeEach(async () => {
  lab = await openLab();
  forge = openForgeLab(lab, { branches: ['main', 'next'] });
});
afterEach(() => forge.close());

type Suites = Record<string, { on?: string; branches?: string; paths?: string; needs?: string }>;

const file = (suites: Suites): string => {
  const lines = Object.entries(suites).map(([name, keys]) => {
    const more = Object.entries(keys).map(([key, value]) => `, ${key}: [${value}]`);
    return `  ${name}: { steps: [make ${name}]${more.join('')} }\n`;
  });
  return `version: 1\nsuites:\n${lines.join('')}`;
};
const required = () =>
  forge.configures(
    ...lab.pools.map(({ image }) => ({ ...image, serves: { ...image.serves, gate: 'required' as const } })),
  );

/** `main` is at commit 1, `next` at 2; 3 is the head of `fix`. */
async function setUp({ head, main, next = main }: { head: Suites; main: Suites; next?: Suites }) {
  forge.commit(1, { file: file(main), files: ['docs/a.md'] });
  for (const [branch, n, suites] of [
    ['next', 2, next],
    ['fix', 3, head],
  ] as const) {
    const sha = forge.commit(n, { on: 1, file: file(suites), files: ['src/a.c'] });
    forge.github.push({ repository, branch, commits: [{ sha }] });
  }
}
const openPull = (branch = 'fix', base = 'main') =>
  forge.deliver(...forge.github.openPull({ repository, title: 'Fix', branch, base }).events);
const retarget = (base: string) => forge.deliver(...forge.github.changeBase({ repository, number, base }));
const fates = async () => (await forge.runs()).filter(text => text.startsWith('change 3')).join('; ');
const newest = async (context: string) =>
  (await forge.statuses()).findLast(text => text.startsWith(`${context} `));

async function tell(suite: string, event: JobRequest): Promise<void> {
  const jobs = await listJobsOfRun(lab.store.read, (await forge.newestRun()).id);
  const job = jobs.find(each => each.suite === suite);
  if (!job) throw new Error(`there is no ${suite}`);
  await lab.store.write(tx => lab.jobs.apply(tx, job.id, event));
}
const cancel = (suite: string) =>
  tell(suite, { type: 'cancel-requested', at: lab.clock.now, reason: 'cancelled', message: 'by Kim' });

describe('another base', () => {
  const only = { unit: {}, deep: { branches: 'next' }, quick: { branches: 'main' } };

  test('asks for what was left out, skips what has not begun, and keeps what is there', async () => {
    await setUp({ head: only, main: only });
    await openPull();
    await forge.prepare();
    await cancel('unit');
    expect(await fates()).toBe('change 3 planned: unit cancelled, deep skipped, quick queued');
    await retarget('next');
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: unit cancelled, deep queued, quick skipped');
    expect(await newest('paddock/linux/quick')).toBe(
      'paddock/linux/quick success: skipped: not for next, only for main',
    );
  });

  test('turns pending at once what was green for being skipped', async () => {
    await setUp({ head: only, main: only });
    await openPull();
    await forge.prepare();
    expect(await newest('paddock/linux/deep')).toMatch(/^paddock\/linux\/deep success: skipped/);
    forge.stall(2);
    await retarget('next');
    expect(await fates()).toBe('change 3 preparing: unit queued, deep blocked(plan), quick queued');
    expect(await newest('paddock/linux/deep')).toBe(
      'paddock/linux/deep pending: its base has changed: whether this has to run is being looked at',
    );
    forge.letGo(2);
    await forge.prepare();
    expect(await newest('paddock/linux/deep')).toMatch(/^paddock\/linux\/deep pending: queued/);
  });

  test('keeps the summary from being a success until it is known what it requires', async () => {
    required();
    await setUp({ head: { deep: { branches: 'next' } }, main: { deep: { branches: 'next' } } });
    await openPull();
    await forge.prepare();
    expect(await newest('paddock')).toMatch(/^paddock success: the required job is skipped/);
    forge.stall(2);
    await retarget('next');
    expect(await newest('paddock')).toBe(
      'paddock pending: its base has changed: what that requires is being looked at',
    );
    forge.letGo(2);
    await forge.prepare();
    expect(await newest('paddock')).toBe('paddock pending: 0 of 1 required jobs passed');
  });

  test('that is looked at when the pull request is closed leaves what had passed as it was', async () => {
    required();
    await setUp({ head: { unit: {} }, main: { unit: {} } });
    await openPull();
    await forge.prepare();
    await addMachine(lab, await addHost(lab));
    await lab.schedule();
    const [job] = await listJobsOfRun(lab.store.read, (await forge.newestRun()).id);
    if (job) await openGuests(lab).finish(await attemptOf(lab, job.id), passed);
    expect(await newest('paddock')).toBe('paddock success: 1 of 1 required jobs passed');
    forge.stall(2);
    await retarget('next');
    expect(await newest('paddock')).toMatch(/^paddock pending: its base has changed/);
    await forge.deliver(...forge.github.closePull({ repository, number }));
    expect(await newest('paddock')).toBe('paddock success: 1 of 1 required jobs passed');
    forge.letGo(2);
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: unit passed');
    expect(await newest('paddock')).toBe('paddock success: 1 of 1 required jobs passed');
  });

  test('counts for a commit that was no head when it came, and is one again', async () => {
    await setUp({ head: only, main: only });
    await openPull();
    await forge.prepare();
    const sha = forge.commit(4, { on: 1, file: file(only) });
    await forge.deliver(...forge.github.push({ repository, branch: 'fix', commits: [{ sha }] }));
    await forge.prepare();
    await retarget('next');
    await forge.prepare();
    expect(await fates()).toMatch(/deep skipped/);
    const back = forge.commit(3, { on: 1, file: file(only), files: ['src/a.c'] });
    await forge.deliver(...forge.github.push({ repository, branch: 'fix', commits: [{ sha: back }] }));
    await forge.prepare();
    expect(await fates()).toMatch(/deep queued/);
  });

  test("adds what it requires and the commit leaves out; back again, that is nobody's any more", async () => {
    required();
    await setUp({ head: { unit: {} }, main: { unit: {} }, next: { unit: {}, lint: {} } });
    await openPull();
    await forge.prepare();
    await retarget('next');
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: unit queued, lint failed');
    expect(await newest('paddock')).toMatch(/^paddock failure: lint on linux is required by next/);
    await retarget('main');
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: unit queued, lint skipped');
    expect(await newest('paddock/linux/lint')).toBe(
      'paddock/linux/lint success: skipped: no base of the commit asks for it',
    );
    expect(await newest('paddock')).toMatch(/^paddock pending: 0 of 2 required jobs passed, 1 skipped/);
  });

  test('is judged by what changed since the commit parted from it', async () => {
    const suites = { docs: { paths: 'docs/**' }, code: { paths: 'src/**' } };
    await setUp({ head: suites, main: suites });
    await openPull();
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: docs skipped, code queued');
  });

  test('has what waits wait for what is asked for now', async () => {
    const suites = { unit: { branches: 'next' }, e2e: { needs: 'unit' } };
    await setUp({ head: suites, main: suites });
    await openPull();
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: unit skipped, e2e queued');
    await retarget('next');
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: unit queued, e2e blocked(needs)');
    await retarget('main');
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: unit skipped, e2e queued');
  });

  test('that cannot be read refuses the commit, and a base that can takes that back', async () => {
    required();
    await setUp({ head: only, main: only });
    await openPull();
    await forge.prepare();
    forge.refuse(2);
    await retarget('next');
    await forge.prepare();
    expect(await fates()).toBe('change 3 refused: unit queued, deep errored, quick queued');
    expect(await newest('paddock')).toMatch(/^paddock error: what next requires at 0000000 cannot be read/);
    await cancel('unit');
    expect(await newest('paddock')).toMatch(/^paddock error: what next requires/);
    await retarget('main');
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: unit cancelled, deep skipped, quick queued');
    expect(await newest('paddock')).toMatch(/^paddock error: linux\/unit cancelled; 0 of 3/);
  });

  test('while the one before is still being read is the one that counts', async () => {
    await setUp({ head: only, main: only });
    forge.stall(1);
    await openPull();
    await retarget('next');
    forge.letGo(1);
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: unit queued, deep queued, quick skipped');
  });

  test('told twice, or of a pull request that was closed meanwhile, changes nothing', async () => {
    await setUp({ head: only, main: only });
    await openPull();
    await forge.prepare();
    const edited = forge.github.changeBase({ repository, number, base: 'next' });
    await forge.deliver(...edited);
    await forge.prepare();
    await forge.deliver(...edited);
    expect(await fates()).toBe('change 3 planned: unit queued, deep queued, quick skipped');
    await forge.deliver(...forge.github.changeBase({ repository, number, base: 'main' }));
    await forge.deliver(...forge.github.closePull({ repository, number }));
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: unit cancelled, deep cancelled, quick cancelled');
  });

  test('lets nothing of a fork begin that nobody has approved', async () => {
    await setUp({ head: only, main: only });
    const head = forge.commit(4, { on: 1, file: file(only) });
    const cloneUrl = 'https://github.example.org/kim/rocket.git';
    forge.github.createRepository({ fullName: 'kim/rocket', cloneUrl, head, forkOf: repository });
    forge.github.push({ repository: 'kim/rocket', branch: 'fix', commits: [{ sha: head }] });
    const pull = { repository, from: 'kim/rocket', title: 'Fix', branch: 'fix' };
    await forge.deliver(...forge.github.openPull(pull).events);
    await forge.prepare();
    await retarget('next');
    await forge.prepare();
    expect(await forge.runs()).toEqual([
      'change 4 planned: unit blocked(approval), deep blocked(approval), quick skipped',
    ]);
  });
});

describe('two pull requests at one commit', () => {
  const only = { deep: { branches: 'next' }, quick: { branches: 'main' } };

  test('get what either asks for, and what only one of them asked for goes with it', async () => {
    await setUp({ head: only, main: only });
    await openPull();
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: deep skipped, quick queued');
    await openPull('fix', 'next');
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: deep queued, quick queued');
    await forge.deliver(...forge.github.closePull({ repository, number }));
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: deep queued, quick skipped');
  });

  test('with the same base cost no second look', async () => {
    await setUp({ head: only, main: only });
    await openPull();
    await forge.prepare();
    forge.github.push({ repository, branch: 'same', commits: [{ sha: forge.commit(3, { on: 1 }) }] });
    await openPull('same');
    expect(await fates()).toBe('change 3 planned: deep skipped, quick queued');
  });

  test('are planned for both where they are there before the first plan', async () => {
    await setUp({ head: only, main: only });
    forge.stall(3);
    await openPull();
    await openPull('fix', 'next');
    forge.letGo(3);
    await forge.prepare();
    expect(await fates()).toBe('change 3 planned: deep queued, quick queued');
  });
});
