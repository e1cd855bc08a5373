/**
 * An OpenSSH server of the test's own: an ordinary child process on a free port of the loopback, with a configuration, host key
 * and authorized key in a temporary directory, for the user who runs the test. Nothing of the computer's own server is used.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '#coordinator/setup/find-program.ts';
import { prerequisites } from '#coordinator/setup/prerequisites.ts';
import { freePort } from '#test/support/fleet/free-port.ts';
import { until } from '#test/support/until.ts';

const run = promisify(execFile);

export type SshServer = {
  port: number;
  user: string;
  /** Path of the private key that is let in. */
  key: string;
  /** Its own public key, kind and base64. */
  hostKey: string;
  /** Ends the server and every connection of it. */
  stop(): Promise<void>;
  /** Starts it again where it was, if it does not run. */
  start(): Promise<void>;
  /** Ends every connection; the server goes on. */
  cut(): Promise<void>;
  close(): Promise<void>;
};

/** Null where there is no sshd. */
export async function findSshd(): Promise<string | null> {
  const [openssh] = prerequisites.filter(({ name }) => name === 'openssh-server');
  return openssh ? findProgram(openssh) : null;
}

export async function startSshServer(sshd: string): Promise<SshServer> {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-sshd-'));
  const at = (name: string) => join(directory, name);
  const port = await freePort();
  for (const name of ['host-key', 'login-key'])
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)]);
  await writeFile(at('authorized'), await readFile(at('login-key.pub')), { mode: 0o600 });
  await chmod(directory, 0o700);
  // sshd of root wants this directory, which is gone after every boot; its service makes it too.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  await writeFile(at('config'), configuration(port, directory));
  let server: ChildProcess | null = null;
  const [kind, base64] = (await readFile(at('host-key.pub'), 'utf8')).split(' ');

  const start = async () => {
    if (server?.exitCode === null && server.signalCode === null) return;
    server = spawn(sshd, ['-D', '-e', '-f', at('config')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    server.stderr?.on('data', chunk => {
      log += chunk;
    });
    await until('sshd listens', async () => (await answers(port)) || failWith(server, log), {
      timeoutMs: 15_000,
    });
  };
  const cut = async () => {
    for (const pid of await childrenOf(server?.pid)) {
      for (const child of await childrenOf(pid)) kill(child);
      kill(pid);
    }
  };
  const stop = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const connections = await childrenOf(server.pid);
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    for (const pid of connections) kill(pid);
    await ended;
  };
  await start();
  return {
    ...{ port, start, stop, cut, user: userInfo().username, key: at('login-key') },
    hostKey: `${kind} ${base64}`,
    close: async () => {
      await cut();
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const configuration = (port: number, directory: string): string => `
ListenAddress 127.0.0.1
Port ${port}
HostKey ${directory}/host-key
PidFile none
AuthorizedKeysFile ${directory}/authorized
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PermitRootLogin prohibit-password
StrictModes no
UseDNS no
MaxStartups 100
# The first shell of a login over a network reads ~/.bashrc, in which whoever runs the tests may have a lot.
SetEnv SHLVL=2
`;

function failWith(server: ChildProcess | null, log: string): false {
  if (server?.exitCode === null) return false;
  throw new Error(`sshd has ended: ${log}`);
}

const answers = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('data', () => end(true));
    socket.once('error', () => end(false));
  });

/** The processes that carry connections. */
async function childrenOf(pid: number | undefined): Promise<number[]> {
  if (pid === undefined) return [];
  const { stdout } = await run('ps', ['-A', '-o', 'pid=', '-o', 'ppid=', '-o', 'comm=']);
  return stdout.split('\n').flatMap(line => {
    const [child, parent, command] = line.trim().split(/\s+/);
    return Number(parent) === pid && command?.startsWith('sshd') ? [Number(child)] : [];
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}
