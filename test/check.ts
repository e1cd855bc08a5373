/** `npm run check`: every check that needs no running part, side by side, each named with how it went. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const bin = (...parts: string[]) => path.join(root, 'node_modules', ...parts);

type Check = { name: string; argv: string[] };

const checks: Check[] = [
  { name: 'types (tsc)', argv: [bin('typescript/bin/tsc')] },
  { name: 'types of the contract (tsc, no Node)', argv: [bin('typescript/bin/tsc'), '-p', 'shared'] },
  { name: 'types of the web app (tsc, DOM)', argv: [bin('typescript/bin/tsc'), '-p', 'coordinator/web'] },
  {
    name: 'types of the tests of the web app (tsc, DOM)',
    argv: [bin('typescript/bin/tsc'), '-p', 'test/coordinator/web'],
  },
  {
    name: 'format and lint (biome)',
    argv: [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings'],
  },
  { name: 'architecture (vitest)', argv: [bin('vitest/vitest.mjs'), 'run', 'test/architecture.test.ts'] },
  { name: 'unused code and dependencies (knip)', argv: [bin('knip/bin/knip.js')] },
];

type Outcome = { name: string; isGood: boolean; output: string; seconds: string };

function perform({ name, argv }: Check): Promise<Outcome> {
  const started = performance.now();
  const options = { cwd: root, maxBuffer: 64 * 1024 * 1024 };
  return new Promise(resolve => {
    execFile(process.execPath, argv, options, (error, stdout, stderr) => {
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      const output = `${stdout}${stderr}${error && !stdout && !stderr ? error.message : ''}`;
      resolve({ name, isGood: error === null, output, seconds });
    });
  });
}

const outcomes = await Promise.all(checks.map(perform));
for (const { name, isGood, output, seconds } of outcomes) {
  console.log(`${isGood ? '✓' : '✕'} ${name} (${seconds} s)`);
  if (!isGood) console.log(output.trimEnd().replace(/^/gm, '    '));
}
const failed = outcomes.filter(({ isGood }) => !isGood).map(({ name }) => `check: ${name}`);
console.log(
  failed.length === 0 ? 'All checks passed.' : `${failed.length} of ${checks.length} checks failed.`,
);
const results = process.env.PADDOCK_CHECK_RESULTS;
if (results)
  await writeFile(results, JSON.stringify({ passed: outcomes.length - failed.length, failed, skipped: [] }));
process.exitCode = failed.length === 0 ? 0 : 1;
