/** The disk of an image, which somebody else has made: QEMU on the host opens whatever it names. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, type TestContext } from 'vitest';
import { refuseLinkedDisk } from '#agent/host/drivers/libvirt/disk-header.ts';
import { findProgram } from '#coordinator/setup/find-program.ts';
import { attacksOn } from '../support/attack.ts';

const attack = attacksOn('archives');
const run = promisify(execFile);
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'paddock-disks-'));
  await writeFile(join(dir, 'secret'), Buffer.alloc(1_048_576, 'secret of the host '));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function make({ skip }: TestContext, ...words: string[]): Promise<string> {
  const disk = join(dir, 'disk.qcow2');
  if (!(await findProgram({ programs: ['qemu-img'], folders: [] }))) skip('needs qemu-img');
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', ...words.slice(0, -1), disk, words.at(-1) ?? '1M']);
  return disk;
}

attack('the disk of an image is a window to a file of the host (backing file)', 'host', async context => {
  const disk = await make(context, '-F', 'raw', '-b', join(dir, 'secret'), '1M');
  await expect(refuseLinkedDisk('evil-1', disk)).rejects.toThrow('a backing file');
  return 'the image is not used: it names a backing file';
});

attack(
  'the disk of an image keeps its data in a file of the host (external data file)',
  'host',
  async context => {
    const disk = await make(context, '-o', `data_file=${join(dir, 'elsewhere')},data_file_raw=on`, '1M');
    await expect(refuseLinkedDisk('evil-1', disk)).rejects.toThrow('an external data file');
    return 'the image is not used: it keeps its data in another file';
  },
);

attack('the disk of an image is another format than its manifest says', 'host', async () => {
  const disk = join(dir, 'disk.vmdk');
  await writeFile(disk, `# Disk DescriptorFile\nRW 2048 FLAT "${join(dir, 'secret')}" 0\n`.padEnd(512));
  await expect(refuseLinkedDisk('evil-1', disk)).rejects.toThrow('no qcow2 file');
  return 'the image is not used: it is no qcow2 file';
});

attack('an honest disk is refused, so that nothing runs any more', 'host', async context => {
  await refuseLinkedDisk('good-1', await make(context, '1M'));
  return 'it is used';
});
