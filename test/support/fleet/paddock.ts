/** What an admin types at the coordinator of a fleet. */
import { join } from 'node:path';
import { spawnPaddock } from '#test/coordinator/cli/support/spawned.ts';
import type { Fleet } from './fleet.ts';

export async function paddock({ dataDir, directory }: Fleet, ...args: string[]) {
  const { PATH } = process.env;
  const { code, stdout, stderr } = await spawnPaddock(args, {
    PATH,
    HOME: dataDir,
    PADDOCK_CONFIG: join(directory, 'paddock.yaml'),
  }).ended;
  return { code, stdout: stdout.toString(), stderr };
}
