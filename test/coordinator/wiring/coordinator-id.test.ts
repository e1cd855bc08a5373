import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadCoordinatorId } from '#coordinator/wiring/coordinator-id.ts';
import { coordinatorId } from '#shared/ids.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'paddock-id-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('a data directory is one coordinator for ever, and another is another one', async () => {
  const [first, same] = await Promise.all([loadCoordinatorId(dir), loadCoordinatorId(dir)]);
  expect(coordinatorId.parse(first)).toBe(same);
  expect(await loadCoordinatorId(dir)).toBe(first);
  const file = path.join(dir, 'coordinator-id');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await rm(file);
  expect(await loadCoordinatorId(dir)).not.toBe(first);
});

test('a damaged id is refused with what to do, and stays for whoever wants to mend it', async () => {
  const file = path.join(dir, 'coordinator-id');
  await writeFile(file, 'nobody\n');
  await expect(loadCoordinatorId(dir)).rejects.toMatchObject({
    name: 'StoreError',
    code: 'damaged',
    message: expect.stringContaining(`${file} is damaged; restore it from a backup, or remove it`),
  });
  expect(await readFile(file, 'utf8')).toBe('nobody\n');
});
