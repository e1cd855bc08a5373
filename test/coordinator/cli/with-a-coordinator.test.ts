/** The verbs against a real coordinator, as somebody types them one after the other. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Occasion, startOccasion } from '#coordinator/occasion.ts';
import { attemptView, runDetail, systemView } from '#shared/api.ts';
import { runPage } from '#shared/run-line.ts';
import { until } from '../../support/until.ts';
import { type Lab, type Origin, openLab } from '../source/lab.ts';
import { type Spawned, spawnPaddock } from './support/spawned.ts';

const patient = { timeoutMs: 30_000 };

let lab: Lab;
let origin: Origin;
let occasion: Occasion;
beforeAll(async () => {
  lab = await openLab();
  origin = await lab.origin();
  await origin.commit({ noise: 'head -c 300000 /dev/urandom; echo; exec sha256sum noise' }, 'make noise');
  occasion = await startOccasion({ environment: process.env, images: ['here'] });
});
afterAll(async () => {
  await occasion?.close();
  await lab?.close();
});

const paddock = (...args: string[]): Spawned =>
  spawnPaddock(args, {
    PATH: process.env.PATH,
    HOME: lab.dir,
    PADDOCK_URL: occasion.url,
    PADDOCK_TOKEN_FILE: occasion.tokenFile,
  });

const json = async (...args: string[]): Promise<unknown> => {
  const { stdout } = await paddock(...args, '--json').ended;
  return JSON.parse(stdout.toString());
};
const newestRun = async () => {
  const { items } = runPage.parse(await json('runs', '--limit', '1'));
  const [run] = items;
  if (!run) throw new Error('there is no run');
  return runDetail.parse(await json('show', run.id));
};
const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('a log is the same bytes while it runs, afterwards, and by its digest', async () => {
  const ran = await paddock('run', origin.path, '--command', 'sh noise').ended;
  expect(ran.code).toBe(0);
  const { jobs } = await newestRun();
  const read = await paddock('logs', jobs[0]?.id ?? '').ended;
  expect(read.code).toBe(0);
  expect(read.stdout.equals(ran.stdout)).toBe(true);
  const { log } = attemptView.parse(await json('logs', jobs[0]?.id ?? ''));
  expect(log).toMatchObject({ state: 'complete', sha256: sha256Of(read.stdout) });
});

test('a reader that has seen enough ends a log quietly', async () => {
  const { jobs } = await newestRun();
  const { child, ended } = paddock('logs', jobs[0]?.id ?? '');
  child.stdout?.once('data', () => child.stdout?.destroy());
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});

test('a run is watched to its end, by somebody else than who started it', async () => {
  const command = 'echo started; until [ -e "$GO" ]; do sleep 0.05; done; echo over; exit 4';
  const flag = lab.freshPath('go');
  const ran = paddock('run', origin.path, '--quiet', '--command', command.replace('$GO', flag));
  const { id } = await until(
    'the run runs',
    async () => {
      const run = await newestRun();
      return run.standing === 'running' && run;
    },
    patient,
  );
  const watched = paddock('watch', id);
  await until('its log is seen', () => watched.stdout().includes('started'), patient);
  await writeFile(flag, '');
  expect(await watched.ended).toMatchObject({ code: 1, stdout: Buffer.from('started\nover\n') });
  expect((await ran.ended).code).toBe(1);
});

test('a job is followed, cancelled, and run again', async () => {
  const command = 'echo started; while :; do sleep 1; done';
  const ran = paddock('run', origin.path, '--quiet', '--command', command);
  const job = await until(
    'the job runs',
    async () => {
      const { title, jobs, standing } = await newestRun();
      return title === 'make noise' && standing === 'running' && jobs[0];
    },
    patient,
  );
  const followed = paddock('logs', job.id, '--follow');
  await until('its log is followed', () => followed.stdout().includes('started'), patient);
  expect(await paddock('cancel', job.id).ended).toMatchObject({ code: 0, stderr: '' });
  expect(await followed.ended).toMatchObject({ code: 0, stdout: Buffer.from('started\n') });
  expect((await ran.ended).code).toBe(2);
  expect((await paddock('cancel', job.id).ended).stderr).toContain('is over already: cancelled');
  expect((await paddock('rerun', job.id).ended).code).toBe(0);
  await until('it runs again', async () => (await newestRun()).standing === 'running', patient);
  await paddock('cancel', job.id).ended;
}, 120_000);

test('the coordinator’s state and a way in are there for whoever has the token', async () => {
  expect(systemView.parse(await json('status')).images).toMatchObject([{ name: 'here', driver: 'process' }]);
  const { stdout } = await paddock('open').ended;
  expect(stdout.toString()).toMatch(new RegExp(`^${occasion.url}/sign-in#[\\w-]+\n$`));
  const stranger = spawnPaddock(['status'], {
    PATH: process.env.PATH,
    HOME: lab.dir,
    PADDOCK_URL: occasion.url,
  });
  expect(await stranger.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('--token-file') });
});
