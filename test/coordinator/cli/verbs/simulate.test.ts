import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { simulation } from '#shared/simulation.ts';
import { typeCommand } from '../support/type-command.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'paddock-simulate-'));
  await writeFile(path.join(directory, 'small.yaml'), small);
  await writeFile(path.join(directory, 'wrong.yaml'), 'hosts:\n  - { cpu: 2 }\n');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const small = `
days: 0.05
hosts: [{ name: shed, cpus: 4 }]
pools:
  - { image: debian-12, boot: { p50: 5s, p95: 5s }, run: { p50: 2m, p95: 2m }, max: 1 }
  - { image: netbsd-10, boot: { p50: 5s, p95: 5s }, run: { p50: 1m, p95: 1m } }
commits: { day: flat }
failures: { boot: 0, hang: 0, hosts-lost: 0 }
`;

const type = (args: string, columns?: number, environment: NodeJS.ProcessEnv = {}) =>
  typeCommand(['simulate', ...args.split(' ')], {
    ...{ directory, environment },
    ...(columns === undefined ? {} : { columns }),
  });

const lines = (text: string) => text.trimEnd().split('\n');

test('says for each pool how long jobs waited and what its machines did, and what was short', async () => {
  const { code, stdout, stderr } = await type('small.yaml --jobs 60 --price 0.1');
  const [heading, , columns, debian, netbsd, all] = lines(stdout);
  expect([code, stderr]).toEqual([0, '']);
  expect(heading).toMatch(/^60 jobs in \d+\.\d h on 1 host \(seed 1\)$/);
  expect(columns?.split(/ {2,}/)).toEqual(
    'pool,jobs,wait p50,p95,max,busy,machines,at once,hours,cost'.split(','),
  );
  expect(debian).toMatch(/^debian-12 +30 /);
  expect(netbsd).toMatch(/^netbsd-10 +30 /);
  expect(all).toMatch(/^all +60 /);
  expect(stdout).toMatch(
    /✕ debian-12 was short of machines for \d+ % of the time, \d+ at most: 1 at once is the most it may have/,
  );
});

test('--json prints the simulation, the same for the same seed', async () => {
  const [first, again, other] = await Promise.all(
    ['', '', ' --seed 2'].map(seed => type(`small.yaml --jobs 40 --json${seed}`)),
  );
  const told = simulation.parse(JSON.parse(first?.stdout ?? ''));
  expect(told.total).toMatchObject({ jobs: 40, ended: 40 });
  expect(again?.stdout).toBe(first?.stdout);
  expect(other?.stdout).not.toBe(first?.stdout);
});

test('has colours for a person, none with NO_COLOR, and shows how far it is', async () => {
  const csi = '\u001b[';
  const shown = await type('small.yaml --jobs 20', 100);
  expect(shown.stdout).toContain(`${csi}1m20 jobs`);
  const plain = await type('small.yaml --jobs 20', 100, { NO_COLOR: '1' });
  expect(plain.stdout).not.toContain(csi);
  expect(lines(plain.stdout).every(line => line.length <= 100)).toBe(true);
});

test('--picture draws queue and machines of each pool, in the colours of either theme', async () => {
  const { code, stderr } = await type('small.yaml --jobs 40 --picture fleet.svg');
  expect([code, stderr]).toEqual([0, 'drawn: fleet.svg\n']);
  const svg = await readFile(path.join(directory, 'fleet.svg'), 'utf8');
  expect(svg).toMatch(/^<svg [^>]+aria-label="Queue and machines over time: 40 jobs on 1 host">/);
  for (const image of ['debian-12', 'netbsd-10']) expect(svg).toContain(`>${image}</text>`);
  expect(svg).toContain('prefers-color-scheme: dark');
  expect(svg).not.toContain('NaN');
  const failed = await type('small.yaml --jobs 5 --picture nowhere/fleet.svg');
  expect([failed.code, failed.stderr]).toEqual([
    2,
    '✕ the picture nowhere/fleet.svg cannot be written: ENOENT\n→ paddock simulate --help\n',
  ]);
});

test.each([
  [
    'wrong.yaml',
    /The scenario cannot be used:\n {2}wrong\.yaml:2:7 unknown key `cpu`; did you mean `cpus`\?\n→ paddock simulate --help/,
  ],
  ['nowhere.yaml', /the scenario nowhere\.yaml cannot be read \(ENOENT\); check the path/],
  ['--jobs 0', /expected a whole number from 1 to 10000000/],
  ['--price much', /expected an amount such as 0\.05/],
])('%s: wrong use is said in a sentence, with 2', async (args, sentence) => {
  const { code, stdout, stderr } = await type(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(sentence);
});
