/**
 * What lies on a computer that runs no agent, below the directory that the configuration names:
 *
 *   lease                   who has the computer: `<host> <machine> <expiry in ms>`
 *   attempts/<attempt>/     checkout/ home/ tmp/; leader: the first process of its step, and when that started
 */
import { SshFailed } from './errors.ts';
import type { Answer, FarShell } from './far-shell.ts';
import { quote } from './quote.ts';

export type FarLease = { owner: string; machine: string; expiresAt: number };

/** What else the programs of this folder and of `agent/proxy` call there. */
export const toolsNeeded = [
  'awk',
  'cat',
  'chmod',
  'find',
  'grep',
  'mkdir',
  'mkfifo',
  'ps',
  'rm',
  'sed',
  'sleep',
  'tar',
  'uname',
];

/** Goes to the directory, making it; a relative one is below the home of the user. */
const enter = (directory: string): string => `
${directory.startsWith('/') ? '' : 'cd || exit 1'}
mkdir -p ${quote(directory)} && chmod 700 ${quote(directory)} && cd ${quote(directory)} || exit 1`;

export type FarFacts = {
  /** Absolute. */
  directory: string;
  os: string;
  arch: string;
  hostname: string;
  missing: string[];
  /** Of a login there. */
  environment: Record<string, string>;
};

/** Makes the directory, and learns what the computer is. Throws `SshFailed`, or the signal's reason. */
export async function lookAround(shell: FarShell, directory: string, signal: AbortSignal): Promise<FarFacts> {
  const program = `${enter(directory)}
say directory "$(pwd -P)"
say os "$(uname -s)"
say arch "$(uname -m)"
say hostname "$(uname -n)"
for tool in ${toolsNeeded.join(' ')}; do command -v $tool >/dev/null 2>&1 || say missing $tool; done
env`;
  const answer = await shell.run(program, signal, true);
  mustWork(shell.name, 'the directory for machines cannot be made', answer);
  const said = answer.said.map(line => line.split(/ (.*)/s));
  const word = (name: string) => said.find(([first]) => first === name)?.[1] ?? '';
  return {
    directory: word('directory'),
    os: word('os').toLowerCase(),
    arch: word('arch'),
    hostname: word('hostname'),
    missing: said.flatMap(([first, rest = '']) => (first === 'missing' ? [rest] : [])),
    environment: variablesOf(answer.output),
  };
}

/** A value of several lines leaves its first; none that a step is given has any. */
const variablesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split('\n').flatMap(line => {
      const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );

/**
 * Takes the computer for a machine, unless somebody has it whose time is not up. Answers who has it now. Throws `SshFailed`, or the
 * signal's reason.
 */
export async function takeLease(
  shell: FarShell,
  directory: string,
  lease: FarLease,
  signal: AbortSignal,
): Promise<FarLease> {
  const line = `${lease.owner} ${lease.machine} ${lease.expiresAt}`;
  const program = `${enter(directory)}
( set -C; echo ${quote(line)} > lease ) 2>/dev/null
cat lease`;
  const answer = await shell.run(program, signal);
  mustWork(shell.name, 'the lease cannot be written', answer);
  return leaseIn(answer) ?? lease;
}

/** Who has the computer; null: nobody. Throws `SshFailed`, or the signal's reason. */
export async function readLease(
  shell: FarShell,
  directory: string,
  signal: AbortSignal,
): Promise<FarLease | null> {
  const program = `${enter(directory)}
[ -r lease ] || exit 0
cat lease`;
  const answer = await shell.run(program, signal);
  mustWork(shell.name, 'the lease cannot be read', answer);
  return leaseIn(answer);
}

function leaseIn({ output }: Answer): FarLease | null {
  const [owner = '', machine = '', expiresAt = ''] = output.trim().split(' ');
  return machine === '' ? null : { owner, machine, expiresAt: Number(expiresAt) };
}

/** The computer is nobody's. Throws `SshFailed`, or the signal's reason. */
export async function dropLease(
  shell: FarShell,
  directory: string,
  machine: string,
  signal: AbortSignal,
): Promise<void> {
  const program = `${enter(directory)}
{ read -r owner machine rest < lease; } 2>/dev/null || exit 0
if [ "$machine" = ${quote(machine)} ]; then rm -f lease; fi`;
  mustWork(shell.name, 'the lease cannot be removed', await shell.run(program, signal));
}

/** Removes everything of every attempt, whatever suites have made of it. Throws as the others. */
export async function clearAttempts(shell: FarShell, directory: string, signal: AbortSignal): Promise<void> {
  const program = `${enter(directory)}
${removal('attempts')}`;
  mustWork(shell.name, 'what an attempt has left cannot be removed', await shell.run(program, signal));
}

/** Directories that a suite has made unwritable are opened first; links are removed, not followed. */
export const removal = (path: string): string => `rm -rf ${quote(path)} 2>/dev/null
if [ -d ${quote(path)} ]; then
  find ${quote(path)} -type d -exec chmod u+rwx {} \\; 2>/dev/null
  rm -rf ${quote(path)} || exit 1
fi`;

export function mustWork(name: string, what: string, { exitCode, complaint }: Answer): void {
  if (exitCode === 0) return;
  throw new SshFailed(
    'far-failed',
    `${name}: ${what}: ${complaint || `the shell there ended with ${exitCode}`}`,
    {
      isTransient: /space|quota/i.test(complaint),
    },
  );
}
