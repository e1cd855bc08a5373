import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDirectoryBlobs } from '#coordinator/blobs/directory-blobs.ts';
import { chunked, sha256Of } from '#test/contract/blobs/blobs-contract.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'paddock-blobs-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const mode = async (path: string) => (await stat(path)).mode & 0o777;

describe('the blob directory', () => {
  it('is readable by its owner only', async () => {
    const blobs = await openDirectoryBlobs(join(dir, 'blobs'));
    const { sha256 } = await blobs.put(Buffer.from('secret'));
    const shelf = join(dir, 'blobs', 'objects', sha256.slice(0, 2));
    expect(await mode(join(dir, 'blobs'))).toBe(0o700);
    expect(await mode(shelf)).toBe(0o700);
    expect(await mode(join(shelf, sha256))).toBe(0o600);
  });

  it('forgets what a crash left unfinished', async () => {
    await openDirectoryBlobs(dir);
    await writeFile(join(dir, 'incoming', 'half'), 'half a blob');
    await openDirectoryBlobs(dir);
    expect(await readdir(join(dir, 'incoming'))).toEqual([]);
  });

  it('never takes a path for a digest or an upload id', async () => {
    const blobs = await openDirectoryBlobs(dir);
    expect(() => blobs.size('../../etc/passwd')).toThrow();
    expect(() => blobs.uploads.offset('../x')).toThrow('not an upload id');
  });
});

/** A file system of 1 MiB, or null where this process may not mount one. */
function mountTiny(path: string): (() => void) | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path], { stdio: 'ignore' });
    return () => execFileSync('umount', [path]);
  } catch {
    return null;
  }
}

describe('a full disk', () => {
  it('fails a put and an upload with a sentence, and leaves nothing half-visible (needs mount)', async context => {
    const unmount = mountTiny(dir);
    if (!unmount) return context.skip('this process may not mount a tmpfs');
    try {
      const blobs = await openDirectoryBlobs(dir);
      const large = randomBytes(2_000_000);
      await expect(blobs.put(chunked(large))).rejects.toMatchObject({
        code: 'no-space',
        message: expect.stringContaining('has no space left'),
      });
      expect(await readdir(join(dir, 'incoming'))).toEqual([]);
      await expect(blobs.uploads.append('a', 0, chunked(large))).rejects.toMatchObject({ code: 'no-space' });
      await blobs.uploads.discard('a');
      const small = await blobs.put(Buffer.from('small'));
      expect(small.sha256).toBe(sha256Of(Buffer.from('small')));
    } finally {
      unmount();
    }
  });
});
