import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const folder = path.resolve(import.meta.dirname, '../../.ci');

/** A checkout with the real `.ci` and an `npm` that says what it was asked and does what the test wants. */
let checkout: string;
beforeEach(async () => {
  checkout = await mkdtemp(path.join(os.tmpdir(), 'paddock-ci-'));
  await cp(folder, path.join(checkout, '.ci'), { recursive: true });
  await mkdir(path.join(checkout, 'bin'));
});
afterEach(() => rm(checkout, { recursive: true }));

const good = { passed: 3, failed: [], skipped: [] };
const writes = (variable: string, results: object) =>
  `printf '%s' '${JSON.stringify(results)}' > "$${variable}"`;

/** What `npm ci`, `npm test` and `npm run check` do, as shell. */
async function runCi(npm: {
  ci?: string;
  test?: string;
  check?: string;
}): Promise<{ status: number | null; lines: string[] }> {
  const {
    ci = ':',
    test = writes('PADDOCK_TEST_RESULTS', good),
    check = writes('PADDOCK_CHECK_RESULTS', good),
  } = npm;
  const script = `#!/bin/sh\necho "npm $*"\ncase "$*" in ci) ${ci};; test) ${test};; *) ${check};; esac\n`;
  await writeFile(path.join(checkout, 'bin/npm'), script, { mode: 0o755 });
  const PATH = [path.join(checkout, 'bin'), path.dirname(process.execPath), process.env.PATH].join(
    path.delimiter,
  );
  const env = { PATH, TMPDIR: checkout };
  const { status, stdout } = spawnSync(path.join(checkout, '.ci/run'), { encoding: 'utf8', env });
  return { status, lines: stdout.trim().split('\n').filter(Boolean) };
}

test('it runs the command of the README, then the checks, and counts both', async () => {
  const lines = ['npm ci', 'npm test', 'npm run check', '6 passed, 0 failed, 0 skipped'];
  expect(await runCi({})).toEqual({ status: 0, lines });
});

test('without an installation nothing is tested, which is a failure', async () => {
  const { status, lines } = await runCi({ ci: 'exit 1' });
  expect([status, lines.includes('npm test'), lines.at(-1)]).toEqual([
    1,
    false,
    '3 passed, 1 failed, 0 skipped',
  ]);
});

test('tests that crash are a failure, whatever the checks say', async () => {
  const { status, lines } = await runCi({ test: 'kill -SEGV $$' });
  expect([status, lines.at(-1)]).toEqual([1, '3 passed, 1 failed, 0 skipped']);
});

test('checks cannot pass for tests', async () => {
  const check = `printf '%s' '${JSON.stringify(good)}' > "\${PADDOCK_TEST_RESULTS:-/dev/null}"; exit 1`;
  const { lines } = await runCi({ test: 'exit 2', check });
  expect(lines.at(-1)).toBe('0 passed, 2 failed, 0 skipped');
});
