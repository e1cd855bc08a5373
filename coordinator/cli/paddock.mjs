#!/usr/bin/env node
// The `paddock` command. It runs the bundle that `coordinator/build/bundle-coordinator.ts` built, or the sources,
// on Node 24; npm brings one along (`node_modules/node`). Called outside of
// npm this file meets whatever Node is installed, and hands over to the right one.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const needed = 24;
const at = place => fileURLToPath(new URL(place, import.meta.url));
const isBundled = isFresh();
const main = at(isBundled ? '../../dist/coordinator/main.mjs' : './main.ts');

if (Number.parseInt(process.versions.node, 10) >= needed) {
  process.argv[1] = main;
  if (isBundled) await import('#dist/coordinator/main.mjs');
  else await import('./main.ts');
} else {
  const candidates = ['../../node_modules/node/bin/node', '../../node_modules/node/bin/node.exe'].map(at);
  const node = candidates.find(existsSync);
  if (node) handOver(node);
  else {
    console.error(
      `paddock needs Node ${needed} or newer; this is ${process.version}, and ${at('../..')} has none of its own. ` +
        'Run `npm ci` there (it brings one), or install a newer Node.',
    );
    process.exitCode = 2;
  }
}

/** Whether the bundle is of these very sources: one that was touched since is run as it stands. A release has no other. */
function isFresh() {
  if (existsSync(at('../../dist/release.json'))) return true;
  const isUntouched = ([name, stamp]) => {
    const { mtimeMs, size } = statSync(at(`../../${name}`));
    return `${mtimeMs} ${size}` === stamp;
  };
  try {
    const stamps = JSON.parse(readFileSync(at('../../dist/coordinator-stamps.json'), 'utf8'));
    return Object.entries(stamps).every(isUntouched);
  } catch {
    return false; // never built, or a source is gone
  }
}

/** The terminal sends an interrupt to both processes; other signals are passed on, and so is the way it ended. */
function handOver(node) {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', error => {
    console.error(`paddock cannot start ${node}: ${error.message}`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 2);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
