import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killMarked } from '#agent/process-tree/kill-tree.ts';
import type { MachineId } from '#shared/ids.ts';
import { machineIdsMade } from '#test/contract/driver/desired-machine.ts';
import { guestProgram, processesOf, table } from '#test/contract/driver/process-bench.ts';
import { joinToken, type ScriptedCoordinator, startScriptedCoordinator } from './scripted-coordinator.ts';

const main = fileURLToPath(new URL('../../../agent/host/main.ts', import.meta.url));

export type HostUnderTest = {
  coordinator: ScriptedCoordinator;
  state: string;
  /** Starts the host agent as a process of its own, from the same state directory. */
  start(changes?: Record<string, string>): void;
  /** Ends it with this signal and answers its exit code, null after KILL. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
  /** Waits for it to end by itself. */
  ended(): Promise<number | null>;
  /** Its diagnostics so far. */
  log(): string;
  /** The one process of the machine's guest. */
  guestOf(id: MachineId): Promise<number | undefined>;
  close(): Promise<void>;
};

/** A real host agent, real processes and a real nats-server; the coordinator is scripted. */
export async function openHost(guest = 'guest'): Promise<HostUnderTest> {
  const coordinator = await startScriptedCoordinator();
  const home = await mkdtemp(join(tmpdir(), 'paddock-host-'));
  const state = join(home, 'state');
  const tokenFile = join(home, 'join-token');
  await writeFile(tokenFile, `${joinToken}\n`, { mode: 0o600 });
  const environment = {
    PATH: process.env.PATH ?? '',
    PADDOCK_STATE: state,
    PADDOCK_ENROL_URL: coordinator.enrolUrl,
    PADDOCK_JOIN_TOKEN_FILE: tokenFile,
    PADDOCK_GUEST_BUNDLE: guestProgram(guest),
  };
  const idsBefore = machineIdsMade.length;
  const agents: ChildProcess[] = [];
  let text = '';
  const ended = async (agent: ChildProcess | undefined) => {
    if (agent && agent.exitCode === null && agent.signalCode === null) await once(agent, 'exit');
    return agent?.exitCode ?? null;
  };
  return {
    coordinator,
    state,
    start: changes => {
      const env = { ...environment, ...changes };
      const agent = spawn(process.execPath, [main], { env, stdio: ['ignore', 'ignore', 'pipe'] });
      agent.stderr.setEncoding('utf8').on('data', chunk => {
        text += chunk;
      });
      agents.push(agent);
    },
    stop: signal => {
      agents.at(-1)?.kill(signal);
      return ended(agents.at(-1));
    },
    ended: () => ended(agents.at(-1)),
    log: () => text,
    guestOf: async id => (await processesOf(id))[0],
    close: async () => {
      for (const agent of agents) {
        agent.kill('SIGKILL');
        await ended(agent);
      }
      for (const marker of machineIdsMade.slice(idsBefore)) await killMarked({ table, marker, graceMs: 0 });
      await coordinator.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A file of the state directory, as text. */
export const stateFile = (host: HostUnderTest, name: string): Promise<string> =>
  readFile(join(host.state, name), 'utf8');
