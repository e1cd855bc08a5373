import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { agentBundles, bundle } from '#coordinator/build/bundle-agents.ts';
import { type ScriptedCoordinator, startScriptedCoordinator } from './scripted-coordinator.ts';
import { machine } from './specs.ts';

const root = resolve(import.meta.dirname, '../../../..');

/** The guest's bundle, built when it is stale. */
export async function guestBundle(): Promise<string> {
  const plan = agentBundles.find(({ name }) => name === 'guest');
  if (!plan) throw new Error('there is a plan for the guest');
  return (await bundle(plan, root)).path;
}

export type AgentProcess = {
  coordinator: ScriptedCoordinator;
  pid: number;
  ticketFile: string;
  workDirectory: string;
  /** What it said on stderr, so far. */
  said(): string;
  signal(name: NodeJS.Signals): void;
  exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

export type AgentProcessOptions = {
  node?: string;
  environment?: Record<string, string>;
  script?: (coordinator: ScriptedCoordinator) => void;
};

/** The bundle as a process of its own, as a host starts it, beside a scripted coordinator. Both are gone afterwards. */
export async function withAgentProcess(
  { node = process.execPath, environment = {}, script }: AgentProcessOptions,
  body: (agent: AgentProcess) => Promise<void>,
): Promise<void> {
  const file = await guestBundle();
  const coordinator = await startScriptedCoordinator();
  script?.(coordinator);
  const directory = await mkdtemp(join(tmpdir(), 'paddock-agent-'));
  const [ticketFile, workDirectory] = [join(directory, 'ticket'), join(directory, 'work')];
  await writeFile(ticketFile, 'ticket-of-this-machine', { mode: 0o600 });
  const child = spawn(node, [file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      PADDOCK_MACHINE: machine,
      PADDOCK_ENROL_URL: coordinator.enrolUrl,
      PADDOCK_TICKET_FILE: ticketFile,
      PADDOCK_WORK: workDirectory,
      ...environment,
    },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text;
  });
  const exit = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  try {
    await body({
      coordinator,
      pid: child.pid ?? 0,
      ticketFile,
      workDirectory,
      said: () => said,
      signal: name => child.kill(name),
      exit,
    });
  } finally {
    child.kill('SIGKILL');
    await exit;
    await coordinator.close();
    await rm(directory, { recursive: true, force: true });
  }
}
