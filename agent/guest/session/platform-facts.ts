import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { arch, hostname, type } from 'node:os';
import { promisify } from 'node:util';
import type { GuestPlatform } from '#shared/messages.ts';
import type { SiteFacts } from '../site.ts';

const probeMs = 10_000;

/** What the coordinator should know of the agent. `bundle` is the file that runs. */
export const agentFacts = (bundle: string): Pick<GuestPlatform, 'node' | 'agent'> => ({
  node: process.versions.node,
  agent: digestOf(bundle),
});

/** What the coordinator should know of this computer; a probe that fails is left empty. */
export const siteFacts = async (): Promise<SiteFacts> => ({
  os: type().toLowerCase().slice(0, 64),
  arch: arch().slice(0, 32),
  hostname: hostname().slice(0, 255),
  git: await gitVersion(),
});

/** "2.39.5" from "git version 2.39.5"; null when there is no git. */
async function gitVersion(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'], { timeout: probeMs });
    return /\d[\w.-]*/.exec(stdout)?.[0].slice(0, 64) ?? null;
  } catch {
    return null;
  }
}

/** In place: a few milliseconds, of which the reading in pieces by other threads would take as many again. */
function digestOf(file: string): string {
  try {
    return `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
  } catch {
    return 'unknown';
  }
}
