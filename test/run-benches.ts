/** `npm run bench [-- NAME…]`: runs every `test/bench/*.bench.ts`, or those whose name has one of the words, in order. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { glob } from 'tinyglobby';
import { prepare } from '#coordinator/setup/prepare.ts';

const words = process.argv.slice(2);
const found = await glob('bench/*.bench.ts', { cwd: import.meta.dirname });
const chosen = found.sort().filter(file => words.length === 0 || words.some(word => file.includes(word)));

if (chosen.length === 0)
  console.log(`No benchmark in test/bench/${words.length > 0 ? ' has such a name' : ' yet'}.`);
else await prepare('start');

for (const file of chosen) {
  console.log(`\n${file}`);
  const argv = [path.join(import.meta.dirname, file)];
  const [code] = await once(spawn(process.execPath, argv, { stdio: 'inherit' }), 'exit');
  if (code !== 0) process.exitCode = 1;
}
