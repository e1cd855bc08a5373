import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { redactedSpool } from '#agent/guest/logs/redacted-spool.ts';
import { createRedaction } from '#agent/guest/logs/redactor.ts';
import { openSpool } from '#agent/guest/logs/spool.ts';

let directory: string;
let number = 0;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'paddock-redacted-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const open = (secrets: string[], limitBytes = 1_000) => {
  const path = join(directory, `spool-${number++}`);
  const spool = redactedSpool(openSpool({ path, limitBytes }), createRedaction(secrets));
  return { spool, onDisk: () => readFileSync(path, 'latin1') };
};

test('what may begin a secret is not on the disk until it is known', () => {
  const { spool, onDisk } = open(['swordfish']);
  expect(spool.append(Buffer.from('a sword'))).toBe(true);
  expect(onDisk()).toBe('a ');
  spool.append(Buffer.from('fish!'));
  expect(onDisk()).toBe('a *********!');
  spool.append(Buffer.from('sword'));
  spool.flush();
  expect(onDisk()).toBe('a *********!sword');
  expect(spool.size()).toBe(17);
  spool.close();
});

test('the bound counts what is held back', () => {
  const { spool, onDisk } = open(['swordfish'], 6);
  expect(spool.append(Buffer.from('a sword'))).toBe(false);
  spool.flush();
  expect(onDisk()).toBe('a swor');
  expect(spool.size()).toBe(6);
  spool.close();
});

test('without secrets every byte is written as it comes', () => {
  const { spool, onDisk } = open([]);
  spool.append(Buffer.from('sword'));
  expect(onDisk()).toBe('sword');
  spool.close();
});

test('wherever writes are cut, no secret is ever on the disk, and no byte is lost', () => {
  const pieces = fc.array(fc.constantFrom('sword', 'fish', 'swordfish', 'word', 's', '\n', 'c3dvcmRmaXNo'), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(pieces, written => {
      const { spool, onDisk } = open(['swordfish']);
      for (const piece of written) {
        spool.append(Buffer.from(piece));
        expect(onDisk()).not.toMatch(/swordfish|c3dvcmRmaXNo/);
      }
      spool.flush();
      expect(onDisk()).toHaveLength(written.join('').length);
      expect(onDisk()).not.toMatch(/swordfish|c3dvcmRmaXNo/);
      spool.close();
    }),
  );
});
