/**
 * `npm run attacks [-- --json] [-- --fuzz SECONDS] [-- WORD…]`: tries every attack of `attacks/`, and those that tests of other
 * folders try, and prints what each attacker got. It exits with 1 when any of them got through. Words choose files.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError } from '#coordinator/setup/errors.ts';
import { prepare } from '#coordinator/setup/prepare.ts';
import { elsewhere } from './attacks/support/elsewhere.ts';

const root = path.resolve(import.meta.dirname, '..');

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, fuzz: { type: 'string' } },
});

/** Test files: all of `attacks/`, machines that are virtual, and what the table points at; or those that a word names. */
function filesFor(chosen: readonly string[]): string[] {
  const all = [
    'test/attacks/',
    'test/vm/virtual-machines.test.ts',
    ...new Set(elsewhere.map(({ file }) => file)),
  ];
  return chosen.length === 0 ? all : [...chosen];
}

async function tryAll(): Promise<number> {
  const environment = {
    ...process.env,
    PADDOCK_ATTACKS: `${values.json ? 'json' : 'table'} ${words.length > 0 ? 'some' : 'all'}`,
    ...(values.fuzz === undefined ? {} : { PADDOCK_FUZZ_SECONDS: values.fuzz }),
  };
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...filesFor(words)], {
    cwd: root,
    stdio: 'inherit',
    env: environment,
  });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

try {
  await prepare('test');
  process.exitCode = await tryAll();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
