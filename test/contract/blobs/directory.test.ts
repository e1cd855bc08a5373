import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectoryBlobs } from '#coordinator/blobs/directory-blobs.ts';
import { describeBlobs } from './blobs-contract.ts';

describeBlobs('directory', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'paddock-blobs-'));
  return {
    blobs: await openDirectoryBlobs(dir),
    reopen: () => openDirectoryBlobs(dir),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
});
