/**
 * `npm run bench [-- ROW…] [-- --json FILE] [-- --write]`: measures the rows of `bench/rows.ts`, all of them or those that
 * are named, and Buildbot and Laminar with the same work. `docs/performance.md` is written when all rows ran, or with
 * `--write`. A word that names a file of `bench/` (`log-view`) runs that benchmark instead.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { glob } from 'tinyglobby';
import { ensure } from '#coordinator/setup/ensure.ts';
import { SetupError } from '#coordinator/setup/errors.ts';
import { prepare } from '#coordinator/setup/prepare.ts';
import { describeMachine, fsyncMs, load } from './bench/machine.ts';
import { measureAll } from './bench/measure.ts';
import { jsonOf, resultOf } from './bench/measured.ts';
import { makePlace } from './bench/place.ts';
import { writeDocument } from './bench/report/document.ts';
import { legend, plainTable } from './bench/report/table.ts';
import { type Group, groups, rows } from './bench/rows.ts';

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, write: { type: 'boolean', default: false } },
});

const say = (line: string): void => console.error(`  ${line}`);

/** The peers are worth a package; without them their columns are empty, with a reason. */
async function ensurePeers(): Promise<void> {
  try {
    await ensure('bench');
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`${error.message}\nThe bench goes on without.`);
  }
}

async function benchRows(chosen: readonly Group[]): Promise<void> {
  const place = await makePlace();
  try {
    const before = describeMachine(place);
    say(before);
    const columns = await measureAll(place, chosen, say);
    const results = rows.filter(({ group }) => chosen.includes(group)).map(row => resultOf(row, columns));
    const machine = `${before}; at the end fsync p50 ${fsyncMs(place).toFixed(2)} ms, load ${load().toFixed(1)}`;
    console.log(`\n${plainTable(results)}\n\n${legend(results).join('\n')}\n\n${machine}`);
    if (values.json) await writeFile(values.json, `${JSON.stringify(jsonOf(results), null, 2)}\n`);
    if (values.write || chosen.length === groups.length) await writeDocument(results, machine);
    if (results.some(({ verdict }) => verdict === 'missed' || verdict === 'not measured'))
      process.exitCode = 1;
  } finally {
    await place.remove();
  }
}

async function benchFiles(files: readonly string[]): Promise<void> {
  for (const file of files) {
    console.log(`\n${file}`);
    const child = spawn(process.execPath, [path.join(import.meta.dirname, file)], { stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    if (code !== 0) process.exitCode = 1;
  }
}

const files = (await glob('bench/*.bench.ts', { cwd: import.meta.dirname })).sort();
const namedFiles = files.filter(file => words.some(word => file.includes(word)));
const namedGroups = groups.filter(group => words.some(word => word === group));
const known = new Set<string>([...groups, ...files.map(file => path.basename(file, '.bench.ts'))]);
const unknown = words.filter(word => !known.has(word));

if (unknown.length > 0) {
  console.error(
    `There is no ${unknown.join(', ')}. Rows: ${groups.join(', ')}. Others: ${[...known].slice(groups.length).join(', ')}.`,
  );
  process.exitCode = 2;
} else {
  await prepare('start');
  if (words.length === 0 || namedGroups.length > 0) {
    await ensurePeers();
    await benchRows(words.length === 0 ? groups : namedGroups);
  }
  await benchFiles(namedFiles);
}
