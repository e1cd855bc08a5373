import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readScenario, withChoices } from '#coordinator/simulate/scenario.ts';
import { scenarioFile } from '#shared/scenario-file.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'paddock-scenario-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function read(text: string) {
  await writeFile(path.join(directory, 'scenario.yaml'), text);
  return readScenario('scenario.yaml', directory);
}

test('without a file there is a usual fleet, and an empty one is the same', async () => {
  const usual = await readScenario(null, directory);
  expect(usual.pools.length).toBeGreaterThan(3);
  expect(await read('{}')).toEqual(usual);
});

test.each([
  ['hosts:\n  - { count: 2, cpu: 4 }', 'scenario.yaml:2:17 unknown key `cpu`'],
  ['pools:\n  - image: a\n    boot: { p50: 9s, p95: 3s }', 'scenario.yaml:3:11 half take longer than p50'],
  ['commits: { day: night }', 'scenario.yaml:1:17 expected office, flat, or a list of 24 numbers'],
  ['pools:\n  - image: a\n    hosts: [attic]', 'scenario.yaml:3:13 no host is called attic; there is host'],
  ['pools: [{ image: a }, { image: a }]', 'scenario.yaml:1:32 there is a pool of a already'],
  ['hosts: [{ name: a }, { name: a }]', 'scenario.yaml:1:8 two of the hosts have one name'],
  ['pools: [{ image: a, share: 0 }]', 'scenario.yaml:1:8 no pool gets any job'],
  ['pools: [{ image: a, driver: process }]\ncommits: { landed: 0, forks: 1 }', 'no pool gets any job'],
])('%j is refused where it is wrong', async (text, sentence) => {
  await expect(read(text)).rejects.toThrow(sentence);
});

test('a file that is not there is named', async () => {
  await expect(readScenario('nowhere.yaml', directory)).rejects.toThrow(
    'the scenario nowhere.yaml cannot be read (ENOENT); check the path',
  );
});

test('another number of hosts keeps their kinds in proportion, and at least one of each', () => {
  const scenario = scenarioFile.parse({
    hosts: [{ name: 'small', count: 6 }, { name: 'large', count: 3 }, { name: 'arm' }],
  });
  const counts = (hosts: number) => withChoices(scenario, { hosts }).hosts.map(({ count }) => count);
  expect(counts(1_000)).toEqual([600, 300, 100]);
  expect(counts(5)).toEqual([3, 1, 1]);
  expect(counts(1)).toEqual([1, 1, 1]);
  expect(withChoices(scenario, { seed: 9, days: 3 })).toEqual({ ...scenario, seed: 9, days: 3 });
});
