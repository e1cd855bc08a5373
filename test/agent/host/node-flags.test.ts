import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { guestFlags, roomyGuestFlags } from '#agent/host/drivers/node-flags.ts';

const init = fileURLToPath(new URL('../../../images/debian-12/init.c', import.meta.url));

/** How many of its own modules Node has to compile anew when it is started so. */
function compiledAnew(flags: readonly string[]): number {
  const program = `
    for (const name of ['http', 'crypto', 'child_process']) require(name);
    const { internalBinding } = require('internal/test/binding');
    console.log(internalBinding('builtins').getCacheUsage().compiledWithoutCache.size);`;
  const words = ['--no-warnings', '--expose-internals', ...flags, '-e', program];
  return Number(execFileSync(process.execPath, words, { encoding: 'utf8' }));
}

test('a guest finds all of the modules of Node compiled ahead, which it would not with other flags', () => {
  expect(compiledAnew(guestFlags)).toBe(0);
  expect(compiledAnew(roomyGuestFlags)).toBe(0);
  expect(compiledAnew(['--single-threaded'])).toBeGreaterThan(20);
});

test('the first process of an image starts its guest with the same flags', () => {
  const [, words = ''] = /execl\(NODE, "node", ([^;]*?)PLACE/.exec(readFileSync(init, 'utf8')) ?? [];
  expect(words.match(/--[\w=-]+/g)).toEqual([...roomyGuestFlags]);
});
