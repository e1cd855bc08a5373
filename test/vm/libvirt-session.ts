/**
 * A libvirt of the test's own, as a host agent finds one: for root a daemon in a mount namespace in which the directories of
 * the system's libvirt are fresh ones, for others a session under a home of its own. Machines of one do not exist for another,
 * nothing of the computer's configuration is read or changed, and all of it ends with the test.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '#test/support/until.ts';

export type LibvirtSession = {
  uri: string;
  surroundings: { path: string; home: string; runtimeDirectory: string };
  virsh(...args: string[]): Promise<string>;
  /** Names of all machines there are. */
  domains(): Promise<string[]>;
  /** Ends every machine. */
  endAll(): Promise<void>;
  /** Ends the daemon without a word, and starts it again: machines go on. */
  restart(): Promise<void>;
  /** Ends every machine, and the daemon. */
  close(): Promise<void>;
};

type Daemon = { uri: string; start(): Promise<void>; kill(signal: NodeJS.Signals): Promise<void> };

const run = promisify(execFile);

/** `logDaemon`: by default QEMU writes consoles itself; with it libvirt's log daemon does, with these settings. */
export type SessionOptions = { logDaemon?: string };

export async function openLibvirtSession({ logDaemon }: SessionOptions = {}): Promise<LibvirtSession> {
  const home = await mkdtemp(join(tmpdir(), 'paddock-libvirt-'));
  const runtimeDirectory = join(home, 'runtime');
  await mkdir(runtimeDirectory, { mode: 0o700 });
  const path = process.env.PATH ?? '';
  const env = { PATH: path, HOME: home, XDG_RUNTIME_DIR: runtimeDirectory, LC_ALL: 'C' };
  const daemon =
    process.getuid?.() === 0
      ? await systemDaemon(home, logDaemon ?? null)
      : await userDaemon(home, runtimeDirectory);
  const virsh = async (...args: string[]) =>
    (await run('virsh', ['-q', '-c', daemon.uri, ...args], { env })).stdout;
  const domains = async () =>
    (await virsh('list', '--all', '--name')).split('\n').filter(name => name !== '');
  // One that has just ended by itself is no longer there to be ended.
  const endAll = async () => {
    for (const name of await domains()) await virsh('destroy', name).catch(() => undefined);
  };
  const start = async () => {
    await daemon.start();
    await until('libvirt answers', () => virsh('version').catch(() => ''), {
      timeoutMs: 180_000,
      everyMs: 100,
    });
  };
  await start();
  return {
    uri: daemon.uri,
    surroundings: { path, home, runtimeDirectory },
    virsh,
    domains,
    endAll,
    async restart() {
      await daemon.kill('SIGKILL');
      await start();
    },
    async close() {
      await endAll();
      await daemon.kill('SIGTERM');
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const configuration = `
user = "root"
group = "root"
security_driver = "none"
cgroup_controllers = []
namespaces = []
remember_owner = 0
`;

/** What of the computer is another inside; Debian's daemon wants a user that only its larger package makes. */
async function systemDaemon(home: string, logDaemon: string | null): Promise<Daemon> {
  const places = [
    '/etc/libvirt',
    '/run/libvirt',
    '/var/lib/libvirt',
    '/var/cache/libvirt',
    '/var/log/libvirt',
  ];
  const inside = (place: string) => join(home, 'system', place);
  for (const place of places) await mkdir(inside(place), { recursive: true });
  const handler = logDaemon === null ? 'file' : 'logd';
  await writeFile(
    join(inside('/etc/libvirt'), 'qemu.conf'),
    `${configuration}stdio_handler = "${handler}"\n`,
  );
  await writeFile(join(inside('/etc/libvirt'), 'virtlogd.conf'), logDaemon ?? '');
  const lines = {
    passwd: 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin',
    group: 'libvirt-qemu:x:64055:',
  };
  for (const [name, line] of Object.entries(lines)) {
    await cp(join('/etc', name), inside(`/etc/${name}`));
    await appendFile(inside(`/etc/${name}`), `${line}\n`);
  }
  const binds = [...places, '/etc/passwd', '/etc/group'].map(
    place =>
      `if [ -d '${inside(place)}' ]; then mkdir -p '${place}'; fi; mount --bind '${inside(place)}' '${place}'`,
  );
  const logPid = join(home, 'virtlogd.pid');
  // Not in /run, which is the computer's: another session, or its own libvirtd, may hold the file there.
  const pid = join(home, 'libvirtd.pid');
  const logs = logDaemon === null ? '' : `[ -e '${logPid}' ] || virtlogd --daemon --pid-file '${logPid}'; `;
  const script = `${binds.join('; ')}; ${logs}exec libvirtd --pid-file '${pid}'`;
  let child: ReturnType<typeof spawn> | null = null;
  return {
    uri: `qemu+unix:///system?socket=${inside('/run/libvirt')}/libvirt-sock`,
    async start() {
      child = spawn('unshare', ['--mount', 'sh', '-ec', script], { stdio: 'ignore' });
      await once(child, 'spawn');
    },
    async kill(signal) {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
      // One that is killed finds its log daemon again.
      if (signal === 'SIGTERM' && logDaemon !== null)
        process.kill(Number(await readFile(logPid, 'utf8')), signal);
    },
  };
}

/** Started by its first virsh. */
async function userDaemon(home: string, runtimeDirectory: string): Promise<Daemon> {
  await mkdir(join(home, '.config/libvirt'), { recursive: true });
  await writeFile(join(home, '.config/libvirt/qemu.conf'), 'stdio_handler = "file"\n');
  return {
    uri: 'qemu:///session',
    start: async () => {},
    async kill(signal) {
      const pid = Number(
        await readFile(join(runtimeDirectory, 'libvirt/libvirtd.pid'), 'utf8').catch(() => 0),
      );
      if (pid <= 0) return;
      process.kill(pid, signal);
      const runs = () =>
        readFile(`/proc/${pid}/stat`).then(
          () => true,
          () => false,
        );
      await until('libvirtd has ended', async () => !(await runs()), { timeoutMs: 15_000 });
    },
  };
}
