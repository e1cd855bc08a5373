import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSpool, type Spool } from '#agent/guest/logs/spool.ts';

async function withSpool(limitBytes: number, body: (spool: Spool) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-spool-'));
  const spool = openSpool({ path: join(directory, 'spool'), limitBytes });
  try {
    await body(spool);
  } finally {
    await spool.remove();
    await rm(directory, { recursive: true });
  }
}

test('a spool is private to its user', () =>
  withSpool(100, async spool => {
    expect((await stat(spool.path)).mode & 0o777).toBe(0o600);
  }));

test('a spool takes what fits and says when not all did', () =>
  withSpool(5, async spool => {
    expect(spool.append(Buffer.from('123'))).toBe(true);
    expect(spool.append(Buffer.from('456'))).toBe(false);
    expect(spool.append(Buffer.from('7'))).toBe(false);
    expect(spool.size()).toBe(5);
    expect(await readFile(spool.path, 'utf8')).toBe('12345');
  }));

test('what stands past the limit is neither counted nor read', () =>
  withSpool(5, async spool => {
    openSpool({ path: spool.path, limitBytes: 99 }).append(Buffer.from('1234567'));
    expect(spool.size()).toBe(5);
    const into = Buffer.alloc(10);
    expect(await spool.read(into, 2)).toBe(3);
    expect(await spool.read(into, 6)).toBe(0);
  }));

test.each([64 * 1024, 64 * 1024 + 1])('%i bytes are read as they were written', bytes =>
  withSpool(bytes, async spool => {
    const written = Buffer.from(Array.from({ length: bytes }, (_, at) => at % 251));
    spool.append(written);
    const into = Buffer.alloc(bytes);
    expect(await spool.read(into, 0)).toBe(bytes);
    expect(into.equals(written)).toBe(true);
    expect(await spool.read(into, bytes)).toBe(0);
  }),
);

test('a spool is continued where it was', () =>
  withSpool(100, async spool => {
    spool.append(Buffer.from('before '));
    const again = openSpool({ path: spool.path, limitBytes: 100 });
    again.append(Buffer.from('after'));
    expect(again.size()).toBe(12);
    again.close();
    again.close();
  }));
