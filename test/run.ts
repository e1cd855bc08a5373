/**
 * `npm test`: makes this machine fit for the tests, builds what is stale, then runs vitest with the arguments given.
 * `npm test -- PATH…` runs only those files.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { SetupError } from '#coordinator/setup/errors.ts';
import { prepare } from '#coordinator/setup/prepare.ts';

/** `--runs N`: how often the long run of the faults repeats itself; vitest knows no such option. */
function withoutRuns(args: string[]): string[] {
  const at = args.indexOf('--runs');
  if (at < 0) return args;
  process.env.PADDOCK_FAULT_RUNS = args[at + 1] ?? '';
  return args.toSpliced(at, 2);
}

const root = path.resolve(import.meta.dirname, '..');

async function runVitest(args: string[]): Promise<number> {
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...args], { cwd: root, stdio: 'inherit' });
  // The terminal sends an interrupt to both; this process only waits for the other to end in order.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

try {
  await prepare('test');
  process.exitCode = await runVitest(withoutRuns(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
