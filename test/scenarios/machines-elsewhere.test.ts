/** Pull requests that are tested on machines which neither a process of the host nor libvirt makes, by TLS. */
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findSshd, startSshServer } from '#test/contract/driver/ssh-server.ts';
import { openPull, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

const example = fileURLToPath(new URL('../../docs/command-example/', import.meta.url));
const minute = 60_000;

test('the example of commands makes machines that test a pull request', { timeout: 2 * minute }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-commands-'));
  await cp(example, directory, { recursive: true });
  const made = {
    localHost: { command: { directory } },
    images: [{ name: 'cloud', os: 'linux', arch: 'any', machine: { driver: 'command' as const } }],
  };
  try {
    await withFleet({ made, max: 1, isTls: true }, async fleet => {
      const { head } = await openPull(fleet, suite('cat README.md', 'echo "$HOME"'));
      const job = await settled(fleet, head, 'default', minute);
      expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
      const log = String(await fleet.api.bytes(job.history.at(-1)?.logUrl ?? ''));
      expect(log).toContain('rocket');
      expect(log).toContain(join(directory, 'machines'));
      await until(
        'no machine is left',
        async () => (await readdir(join(directory, 'machines'))).length === 0,
        {
          timeoutMs: minute,
        },
      );
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

const sshd = await findSshd();

test.skipIf(!sshd)(
  'a computer that is reached by ssh tests a pull request (needs sshd, the server of OpenSSH)',
  { timeout: 2 * minute },
  async () => {
    const server = await startSshServer(sshd ?? '');
    const directory = await mkdtemp(join(tmpdir(), 'paddock-computers-'));
    const { port, user, key, hostKey } = server;
    const computer = {
      ...{ name: 'sparc', host: '127.0.0.1', port, user, key, 'host-key': hostKey, images: ['solaris'] },
      ...{ node: process.execPath, directory: join(directory, 'there') },
    };
    await writeFile(join(directory, 'computers.yaml'), JSON.stringify({ computers: [computer] }));
    const made = {
      localHost: { computers: join(directory, 'computers.yaml') },
      images: [{ name: 'solaris', os: 'solaris', arch: 'sparc', machine: { driver: 'ssh' as const } }],
    };
    const machines = join(directory, 'there/machines');
    try {
      await withFleet({ made, max: 1, isTls: true }, async fleet => {
        const { head } = await openPull(fleet, suite('cat README.md', 'echo "$HOME"'));
        const job = await settled(fleet, head, 'default', minute);
        expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
        const log = String(await fleet.api.bytes(job.history.at(-1)?.logUrl ?? ''));
        expect(log).toContain('rocket');
        expect(log).toContain(machines);
        await until('no machine is left', async () => (await readdir(machines)).length === 0, {
          timeoutMs: minute,
        });
      });
    } finally {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
);
