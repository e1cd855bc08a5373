import { afterEach, expect, test } from 'vitest';
import { cachesView } from '#shared/cache-api.ts';
import { limits } from '#shared/limits.ts';
import {
  type Script,
  type ScriptedCoordinator,
  scriptedCoordinator,
} from '../support/scripted-coordinator.ts';
import { type Typed, typeCommand } from '../support/type-command.ts';

let coordinator: ScriptedCoordinator;
afterEach(() => coordinator.close());

async function ask(answers: NonNullable<Script['answers']>, ...args: string[]): Promise<Typed> {
  coordinator = await scriptedCoordinator({ answers });
  return typeCommand(['--coordinator', coordinator.url, 'caches', ...args]);
}

const cached = cachesView.parse({
  caches: [
    {
      repository: 'acme/rocket',
      image: 'debian-12',
      prefix: 'npm',
      scope: 'branch main',
      key: 'f'.repeat(64),
      bytes: 41_200_000,
      createdAt: Date.now(),
      usedAt: Date.now(),
    },
  ],
  total: { count: 3, bytes: 90_000_000 },
  repositoryBytes: limits.cacheRepositoryBytes,
});

test('what jobs have left, how much it is, and that there is more', async () => {
  const { stdout } = await ask({ 'GET /api/v1/caches': () => ({ body: cached }) }, 'acme/rocket');
  expect(coordinator.asked[0]?.line).toBe('GET /api/v1/caches?repository=acme%2Frocket');
  expect(stdout.trimEnd().split('\n')).toEqual([
    'acme/rocket  debian-12  npm  branch main  41.2 MB  just now',
    '2 more that were not used for longer are not listed',
    '3 caches, 90.0 MB; a repository may have 10.7 GB',
  ]);
});

test('those of one repository are dropped, and it has to be named', async () => {
  const answers = {
    'POST /api/v1/caches/drop': () => ({ body: { message: '1 cache of acme/rocket dropped' } }),
  };
  const { stdout } = await ask(answers, 'acme/rocket', '--prefix', 'npm', '--drop');
  expect(stdout).toBe('1 cache of acme/rocket dropped\n');
  expect(coordinator.asked[0]?.body).toEqual({ repository: 'acme/rocket', prefix: 'npm' });
  const unnamed = await ask(answers, '--drop');
  expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining('name the repository')]);
});
