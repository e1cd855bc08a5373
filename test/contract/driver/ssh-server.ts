/**
 * An OpenSSH server of the test's own: an ordinary child process on a free port of the loopback, with a configuration, host key
 * and authorized key in a temporary directory, for the user who runs the test. Nothing of the computer's own server is used.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

/** `path`: the PATH of a login, in place of the server's own. */
export async function startSshServer(sshd: string, path?: string): Promise<SshServer> {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-sshd-'));
  const port = await freePort();
  const config = await furnish(directory, port, path);
  const [kind, base64] = (await readFile(join(directory, 'host-key.pub'), 'utf8')).split(' ');
  let guard: ChildProcess | null = null;
  const runs = () => guard?.exitCode === null && guard.signalCode === null;
  const listeners = () => childrenOf(guard?.pid);
  const cut = async () => {
    for (const listener of await listeners()) await killTree(await childrenOf(listener));
  };
  const start = async () => {
    if (runs()) return;
    guard = spawn('sh', ['-c', guarded, 'sh', sshd, config], { stdio: ['pipe', 'ignore', 'pipe'] });
    await listening(guard, port);
  };
  const stop = async () => {
    if (!guard || !runs()) return;
    const ended = once(guard, 'exit');
    await killTree(await listeners());
    guard.stdin?.end();
    await ended;
  };
  await start();
  return {
    ...{ port, start, stop, cut, user: userInfo().username, key: join(directory, 'login-key') },
    hostKey: `${kind} ${base64}`,
    close: async () => {
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The shell reads from us: when this process ends, however it ends, the server does too. */
const guarded = '"$1" -D -e -f "$2" & cat > /dev/null; kill $! 2> /dev/null; wait';

/** Keys and configuration; the path of that. */
async function furnish(directory: string, port: number, path?: string): Promise<string> {
  const at = (name: string) => join(directory, name);
  for (const name of ['host-key', 'login-key'])
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)]);
  await writeFile(at('authorized'), await readFile(at('login-key.pub')), { mode: 0o600 });
  // sshd of root wants this directory, which is gone after every boot; its service makes it too.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  await writeFile(at('config'), configuration(port, directory, path));
  return at('config');
}

async function listening(guard: ChildProcess, port: number): Promise<void> {
  let log = '';
  guard.stderr?.on('data', chunk => {
    log += chunk;
  });
  try {
    await until('sshd listens', () => answers(port), { timeoutMs: 15_000 });
  } catch (cause) {
    throw new Error(`sshd does not listen; it said: ${log}`, { cause });
  }
}

/** Each with the sshd that it has started for a connection. */
async function killTree(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    const children = await childrenOf(pid);
    kill(pid);
    await killTree(children);
  }
}

const configuration = (port: number, directory: string, path?: string): string => `
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
SetEnv SHLVL=2${path === undefined ? '' : ` PATH=${path}`}
`;

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
