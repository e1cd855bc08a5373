/** `paddock run` where no coordinator runs: the real thing, started for one commit and gone with it. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runDetail } from '#shared/api.ts';
import { until } from '../../support/until.ts';
import { type Lab, type Origin, openLab } from '../source/lab.ts';
import { sha256Of } from './support/samples.ts';
import { type Spawned, spawnPaddock } from './support/spawned.ts';

let lab: Lab;
let origin: Origin;
let temporary: string;
let spawned: Spawned | undefined;
beforeEach(async () => {
  lab = await openLab();
  origin = await lab.origin();
  temporary = path.join(lab.dir, 'tmp');
  await mkdir(temporary);
});
afterEach(async () => {
  spawned?.child.kill('SIGKILL');
  await lab.close();
});

function paddock(...args: string[]): Spawned {
  const environment = { PATH: process.env.PATH, HOME: lab.dir, TMPDIR: temporary };
  spawned = spawnPaddock(args, environment);
  return spawned;
}

/** Neither a process that works in the temporary directory nor a file in it. */
async function expectNothingLeft(): Promise<void> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'args=']);
  expect(stdout.split('\n').filter(line => line.includes(temporary))).toEqual([]);
  expect((await readdir(temporary)).filter(name => name.startsWith('paddock-'))).toEqual([]);
}

test('a commit passes: its log is on standard output, everything else beside it, and nothing is left', async () => {
  await origin.commit({ check: 'echo checked; printf "\\000\\377"' });
  await origin.commit({ more: '1' });
  const { code, stdout, stderr } = await paddock('run', origin.path, '--command', 'sh check').ended;
  expect(stdout.toString('latin1')).toBe('checked\n\0\u00ff');
  expect(stderr).toContain('isolates nothing');
  expect(stderr).toMatch(/✓ .* passed in .* log 10 B ✓/);
  expect(code).toBe(0);
  await expectNothingLeft();
}, 90_000);

test('a suite file that is in no commit tests nothing, and the hint is to commit it', async () => {
  await origin.commit({ check: 'true' });
  const checkout = path.join(lab.dir, 'checkout');
  await promisify(execFile)('git', ['clone', '-q', origin.path, checkout]);
  await writeFile(path.join(checkout, '.paddock.yml'), 'version: 1\nsuites: { unit: { steps: [true] } }\n');
  const { code, stderr } = await paddock('run', checkout).ended;
  expect(code).toBe(2);
  expect(stderr).toContain(`→ git -C ${checkout} add .paddock.yml && git -C ${checkout} commit -m`);
}, 90_000);

test('a commit fails on one of two images: 1, and the log’s digest in the JSON', async () => {
  const suite = 'echo "on $PADDOCK_IMAGE"; test "$PADDOCK_IMAGE" = good';
  await origin.commit({ '.paddock.yml': `version: 1\nsuites: { unit: { steps: ['${suite}'] } }\n` });
  const args = ['run', origin.path, '--json', '--image', 'good', '--image', 'bad'];
  const { code, stdout, stderr } = await paddock(...args).ended;
  const { standing, jobs } = runDetail.parse(JSON.parse(stdout.toString()));
  expect(standing).toBe('failed');
  expect(jobs.map(({ image, standing: each }) => [image, each]).sort()).toEqual([
    ['bad', 'failed'],
    ['good', 'passed'],
  ]);
  for (const { image, history } of jobs)
    expect(history.at(-1)?.log).toMatchObject({ state: 'complete', sha256: sha256Of(`on ${image}\n`) });
  expect(stderr).toContain('bad/unit  │ on bad');
  expect(code).toBe(1);
}, 90_000);

test('a suite file that cannot be read: 2, with the place of the mistake', async () => {
  await origin.commit({ '.paddock.yml': 'version: 1\nsuites:\n  unit: { stepz: [make] }\n' });
  const { code, stdout, stderr } = await paddock('run', origin.path).ended;
  expect(stderr).toMatch(/it cannot be run:\n {4}\.paddock\.yml:3:\d+ /);
  expect([code, stdout.length]).toEqual([2, 0]);
}, 90_000);

test('Ctrl-C ends a run that would not end, and nothing is left', async () => {
  await origin.commit({ forever: 'echo started; while :; do sleep 1; done' });
  const { child, stdout, ended } = paddock('run', origin.path, '--command', 'sh forever');
  await until('the suite has started', () => stdout().includes('started'), { timeoutMs: 60_000 });
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  expect(stderr).toMatch(/cancelling; Ctrl-C again ends everything at once[\s\S]*cancelled after/);
  expect(code).toBe(2);
  await expectNothingLeft();
}, 90_000);
