import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Finding } from '#shared/diagnosis.ts';
import { limits } from '#shared/limits.ts';
import { BusError } from '../../bus/errors.ts';
import { findServer, requireSafeAddress } from '../../bus/find-server.ts';
import { findManager } from '../ensure.ts';
import { findProgram } from '../find-program.ts';
import { planInstallation } from '../install-plan.ts';
import { type Prerequisite, prerequisites } from '../prerequisites.ts';
import { bad, badBecause, good } from './finding.ts';

const nodeNeeded = 24;

export function examineNode(version = process.version): Finding {
  const isGood = Number.parseInt(version.slice(1), 10) >= nodeNeeded;
  return isGood
    ? good('node', `${version.slice(1)} (${process.execPath})`)
    : bad(
        'node',
        `${version.slice(1)} is too old, ${nodeNeeded} is needed`,
        'npm ci brings the right one along',
      );
}

export async function examineGit(search = findProgram): Promise<Finding> {
  const prerequisite = prerequisiteOf('git');
  const path = await search(prerequisite);
  if (path === null) return bad('git', `not found; it ${prerequisite.why}`, await howToInstall(prerequisite));
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: limits.natsStartMs });
    return good('git', `${stdout.trim().replace(/^git version /, '')} (${path})`);
  } catch (error) {
    return bad('git', `${path} cannot be run: ${String(error)}`, await howToInstall(prerequisite));
  }
}

/** `host` is where it is to listen: a release without the fixes that a public address takes will not do there. */
export async function examineNatsServer(host: string, path?: string): Promise<Finding> {
  try {
    const program = await findServer(path, AbortSignal.timeout(limits.natsStartMs));
    requireSafeAddress(host, program);
    return good('nats-server', `${program.version} (${program.path})`);
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    const found = badBecause('nats-server', error);
    // One that is too old came from the same packages.
    const isAbsent = error.code === 'no-nats-server';
    return isAbsent ? { ...found, remedy: await howToInstall(prerequisiteOf('nats-server')) } : found;
  }
}

function prerequisiteOf(name: string): Prerequisite {
  const found = prerequisites.find(prerequisite => prerequisite.name === name);
  if (!found) throw new Error(`${name} is no prerequisite`);
  return found;
}

/** The one line that brings it here. */
async function howToInstall(prerequisite: Prerequisite): Promise<string> {
  const { plan } = planInstallation([prerequisite], await findManager());
  if (!plan) return prerequisite.help;
  return `${plan.needsRoot ? 'as root: ' : ''}${plan.lines.at(-1)}`;
}
