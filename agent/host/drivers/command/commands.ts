/** The four commands as calls. */
import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DesiredMachine } from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { ConfigurationInvalid } from '../../errors.ts';
import type { DriverMachine } from '../driver.ts';
import { type Brought, creationOf, questionAbout, questionOf, readListing } from './protocol.ts';
import { type CommandName, type CommandSurroundings, runCommand } from './run-command.ts';

/** All throw `DriverError`, or the signal's reason. */
export type Commands = {
  create(machine: DesiredMachine, brought: Brought, signal: AbortSignal): Promise<void>;
  destroy(id: MachineId, signal: AbortSignal): Promise<void>;
  list(signal: AbortSignal): Promise<Map<MachineId, DriverMachine>>;
  /** The end of what it printed; null where there is no such command. */
  console(id: MachineId, signal: AbortSignal): Promise<Uint8Array | null>;
};

export function createCommands(
  directory: string,
  owner: HostId,
  surroundings: CommandSurroundings,
): Commands {
  const run = (name: CommandName, request: object, signal: AbortSignal) =>
    runCommand({ directory, name, request, surroundings, signal });
  return {
    create: async (machine, brought, signal) =>
      void (await run('create', creationOf(machine, owner, brought), signal)),
    destroy: async (id, signal) => void (await run('destroy', questionAbout(id, owner), signal)),
    list: async signal => readListing((await run('list', questionOf(owner), signal)).toString('utf8')),
    console: async (id, signal) => {
      if ((await problemOf(directory, 'console')) !== null) return null;
      return (await run('console', questionAbout(id, owner), signal)).subarray(-limits.consoleBytes);
    },
  };
}

/** Throws `ConfigurationInvalid` with everything that is missing. */
export async function checkCommands(directory: string): Promise<void> {
  const needed = ['create', 'destroy', 'list'] as const;
  const problems = await Promise.all(needed.map(name => problemOf(directory, name)));
  const found = problems.filter(problem => problem !== null);
  if (found.length > 0)
    throw new ConfigurationInvalid(
      `the command driver cannot work with its directory:\n${found.map(problem => `  ${problem}`).join('\n')}`,
    );
}

async function problemOf(directory: string, name: CommandName): Promise<string | null> {
  const path = join(directory, name);
  try {
    if (!(await stat(path)).isFile()) return `${path} is not a file`;
    await access(path, constants.X_OK);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES'
      ? `${path} may not be executed; chmod +x it`
      : `${path} cannot be found (${code})`;
  }
}
