/**
 * A libvirt of the test's own: a session in a directory that nobody else knows, started by its first virsh, ended and
 * removed with the test. Machines of one session do not exist for another.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '#test/support/until.ts';

export type LibvirtSession = {
  uri: string;
  surroundings: { path: string; home: string; runtimeDirectory: string };
  virsh(...args: string[]): Promise<string>;
  /** Ends every machine of the session, and the session. */
  close(): Promise<void>;
};

const run = promisify(execFile);

export async function openLibvirtSession(): Promise<LibvirtSession> {
  const home = await mkdtemp(join(tmpdir(), 'paddock-libvirt-'));
  const runtimeDirectory = join(home, 'run');
  await mkdir(runtimeDirectory, { mode: 0o700 });
  await mkdir(join(home, '.config/libvirt'), { recursive: true });
  // Without a log daemon of its own: the console is what QEMU writes itself.
  await writeFile(join(home, '.config/libvirt/qemu.conf'), 'stdio_handler = "file"\n');
  const path = process.env.PATH ?? '';
  const env = { PATH: path, HOME: home, XDG_RUNTIME_DIR: runtimeDirectory, LC_ALL: 'C' };
  const virsh = async (...args: string[]) =>
    (await run('virsh', ['-q', '-c', 'qemu:///session', ...args], { env })).stdout;
  await virsh('version');
  return {
    uri: 'qemu:///session',
    surroundings: { path, home, runtimeDirectory },
    virsh,
    async close() {
      const names = (await virsh('list', '--all', '--name')).split('\n').filter(name => name !== '');
      for (const name of names) await virsh('destroy', name).catch(() => undefined);
      await endDaemon(join(runtimeDirectory, 'libvirt/libvirtd.pid'));
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function endDaemon(pidFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => 0));
  if (pid <= 0) return;
  process.kill(pid, 'SIGTERM');
  const runs = () =>
    readFile(`/proc/${pid}/stat`).then(
      () => true,
      () => false,
    );
  await until('libvirtd has ended', async () => !(await runs()), { timeoutMs: 15_000 });
}
