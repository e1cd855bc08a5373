/**
 * `paddock host run`: the host agent of this computer as a child in the foreground, for a coordinator elsewhere. The token
 * goes on in a file that only its owner reads, never by an argument or an environment that others may see.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleAgents } from './build/bundle-agents.ts';

export type HostRun = {
  /** The machine listener of the coordinator. */
  coordinator: string;
  /** Null: the usual place of this user. */
  state: string | null;
  /** Which libvirt makes virtual machines; null: none. */
  libvirt: string | null;
  /** What those machines reach of mirrors, each as `name:port`. */
  mirrors: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** Asked only where this host has no credential yet and the environment has no token. */
  readToken(): Promise<string>;
};

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs until one of these, or until the agent ends by itself. Answers the exit code: 0 stopped in order, 2 anything else. */
export async function runHostHere(options: HostRun): Promise<number> {
  const { environment, readToken } = options;
  const state = options.state ?? path.join(stateHome(environment), 'paddock-host');
  await mkdir(state, { recursive: true, mode: 0o700 });
  const given = environment.PADDOCK_JOIN_TOKEN?.trim() || null;
  const token = given ?? ((await isEnrolled(state)) ? null : await readToken());
  const tokenFile = token === null ? null : path.join(state, 'join-token');
  if (tokenFile !== null && token !== null) await writeFile(tokenFile, token, { mode: 0o600 });
  try {
    return await endOf(await start(options, state, tokenFile));
  } finally {
    if (tokenFile !== null) await rm(tokenFile, { force: true });
  }
}

const stateHome = ({ XDG_STATE_HOME, HOME }: NodeJS.ProcessEnv): string =>
  XDG_STATE_HOME || path.join(HOME ?? '.', '.local', 'state');

const isEnrolled = (state: string): Promise<boolean> =>
  access(path.join(state, 'credential.json')).then(
    () => true,
    () => false, // no credential yet: it has to enrol
  );

async function start(
  { coordinator, libvirt, mirrors, environment }: HostRun,
  state: string,
  tokenFile: string | null,
): Promise<ChildProcess> {
  const [guest, host] = await bundleAgents();
  if (!guest || !host) throw new Error('the agents were not bundled');
  return spawn(process.execPath, [host.path], {
    // Out of reach of the terminal's Ctrl-C, which is passed on once: a second one would not be an end in order.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      PATH: environment.PATH,
      HOME: environment.HOME,
      LANG: environment.LANG,
      NODE_EXTRA_CA_CERTS: environment.NODE_EXTRA_CA_CERTS,
      PADDOCK_STATE: state,
      PADDOCK_ENROL_URL: coordinator,
      PADDOCK_GUEST_BUNDLE: guest.path,
      ...(tokenFile === null ? {} : { PADDOCK_JOIN_TOKEN_FILE: tokenFile }),
      ...(libvirt === null
        ? {}
        : {
            PADDOCK_LIBVIRT_URI: libvirt,
            PADDOCK_MIRRORS: mirrors.join(' '),
            XDG_RUNTIME_DIR: environment.XDG_RUNTIME_DIR,
          }),
      // With what else machines are made here is said to this command as it is said to the agent.
      PADDOCK_COMMAND_DRIVER: environment.PADDOCK_COMMAND_DRIVER,
      PADDOCK_COMMAND_ISOLATION: environment.PADDOCK_COMMAND_ISOLATION,
      PADDOCK_COMPUTERS: environment.PADDOCK_COMPUTERS,
    },
  });
}

async function endOf(child: ChildProcess): Promise<number> {
  const stop = () => void child.kill('SIGTERM');
  for (const name of endings) process.on(name, stop);
  try {
    const [code] = await once(child, 'exit');
    return code === 0 ? 0 : 2;
  } finally {
    for (const name of endings) process.off(name, stop);
  }
}
