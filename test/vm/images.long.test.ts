/**
 * `npm run test:long -- vm/images`: Debian in a VM passes the conformance suite and takes jobs from then on; three copies of it
 * that are broken, each in its own way, are refused with a report that says how.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type VersionView, versionView } from '#shared/image-api.ts';
import type { ImageManifestInput } from '#shared/image-manifest.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { paddock } from '#test/support/fleet/paddock.ts';
import { openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { builtImage } from './built-image.ts';
import { debianImage } from './debian-image.ts';
import { useLibvirt } from './use-libvirt.ts';

const minute = 60_000;
const run = promisify(execFile);
const session = useLibvirt();
const source = fileURLToPath(new URL('../../images/debian-12/init.c', import.meta.url));

/** A fleet that can make VMs and knows no image of them. */
const withHost = (body: (fleet: Fleet) => Promise<void>) =>
  withFleet({ made: { localHost: { libvirt: session().uri }, images: [] } }, body);

async function folderOf({ directory }: Fleet, change: Partial<ImageManifestInput> = {}): Promise<string> {
  const folder = join(directory, 'images', 'debian-12');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'image.yaml'), stringify({ ...(await debianImage()), ...change }));
  return folder;
}

async function add(fleet: Fleet, folder: string): Promise<VersionView> {
  const { stdout, stderr } = await paddock(fleet, 'image', 'add', folder, '--json');
  if (stdout === '') throw new Error(stderr);
  return versionView.parse(JSON.parse(stdout));
}

const failuresOf = ({ report }: VersionView) =>
  report?.checks.filter(({ result }) => result === 'failed').map(({ name, detail }) => `${name}: ${detail}`);

/**
 * The image's initrd with another first program: the kernel takes the last archive's files. It skips zeros between
 * archives, and sees one that is not compressed only at a multiple of four bytes.
 * https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 */
async function initrdWith(
  change: (code: string) => string,
): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'paddock-initrd-'));
  const { initrd } = await builtImage();
  const code = await readFile(source, 'utf8');
  const changed = change(code);
  if (changed === code) throw new Error('init.c has nothing of the kind to change');
  await writeFile(join(folder, 'init.c'), changed);
  await run('cc', ['-O2', '-static', '-o', 'init', 'init.c'], { cwd: folder });
  await run('sh', ['-c', 'echo init | cpio --quiet -o -H newc > more.cpio'], { cwd: folder });
  const path = join(folder, 'initrd');
  const archive = await readFile(initrd);
  const zeros = Buffer.alloc(-archive.length & 3);
  await writeFile(path, Buffer.concat([archive, zeros, await readFile(join(folder, 'more.cpio'))]));
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}

test('Debian in a VM passes every check, and takes jobs from then on', { timeout: 8 * minute }, () =>
  withHost(async fleet => {
    const version = await add(fleet, await folderOf(fleet));
    expect(failuresOf(version)).toEqual([]);
    expect(version).toMatchObject({ number: 1, status: 'ready', isCurrent: true });
    const { head } = await openPull(fleet, suite('cat /etc/os-release'));
    expect(await settled(fleet, head, 'default', 3 * minute)).toMatchObject({
      image: 'debian-12',
      standing: 'passed',
    });
  }),
);

test('a copy with another digest is not even sent', { timeout: minute }, () =>
  withHost(async fleet => {
    const { disk } = await builtImage();
    const folder = await folderOf(fleet, { disk: { path: disk, sha256: '0'.repeat(64), format: 'qcow2' } });
    const { code, stderr } = await paddock(fleet, 'image', 'add', folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/is not the disk that debian-12 names: its SHA-256 is [0-9a-f]{64}/);
  }),
);

test('a copy without an agent is refused, with its console and what to check', {
  timeout: 8 * minute,
}, async () => {
  const initrd = await initrdWith(code => code.replace('"/usr/local/bin/node"', '"/usr/local/bin/absent"'));
  try {
    await withHost(async fleet => {
      const { boot } = await debianImage();
      const version = await add(
        fleet,
        await folderOf(fleet, { boot: { ...boot, initrd: { path: initrd.path } } }),
      );
      expect(version).toMatchObject({ status: 'refused', isCurrent: false });
      expect(failuresOf(version)).toEqual([
        expect.stringMatching(/^boots: 2 machines of it never reported in: the machine cannot start Node/),
      ]);
      expect(version.report?.console).toContain('paddock: [');
    });
  } finally {
    await initrd.remove();
  }
});

test('a copy whose clock is an hour ahead is refused for that alone', { timeout: 8 * minute }, async () => {
  const initrd = await initrdWith(code => code.replace('strtod(text, NULL)', 'strtod(text, NULL) + 3600'));
  try {
    await withHost(async fleet => {
      const { boot } = await debianImage();
      const version = await add(
        fleet,
        await folderOf(fleet, { boot: { ...boot, initrd: { path: initrd.path } } }),
      );
      expect(version.status).toBe('refused');
      expect(failuresOf(version)).toEqual([
        expect.stringMatching(/^clock: 3[56]\d\d\.\d s ahead of the coordinator/),
      ]);
    });
  } finally {
    await initrd.remove();
  }
});
