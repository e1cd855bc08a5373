import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { arch, hostname, type } from 'node:os';
import { promisify } from 'node:util';
import type { GuestPlatform } from '#shared/messages.ts';
import type { Site, SiteFacts } from '../site.ts';

const probeMs = 10_000;

/** What the coordinator should know of the computer and of its agent. */
export type PlatformFacts = {
  /** What is known at once: without git and the agent's digest, which nobody reads before an attempt runs. */
  brief: GuestPlatform;
  /** All of it: for a process and a look at the whole bundle, once. Never rejects. */
  whole(): Promise<GuestPlatform>;
};

/** `bundle` is the file that runs. */
export function createPlatformFacts(
  facts: SiteFacts,
  site: Pick<Site, 'gitVersion'>,
  bundle: string,
): PlatformFacts {
  const brief = { ...facts, node: process.versions.node, git: null, agent: 'unknown' };
  let whole: Promise<GuestPlatform> | null = null;
  const look = async () => ({ ...brief, git: await site.gitVersion(), agent: digestOf(bundle) });
  return {
    brief,
    whole() {
      whole ??= look();
      return whole;
    },
  };
}

/** Of this computer. */
export const siteFacts = (): SiteFacts => ({
  os: type().toLowerCase().slice(0, 64),
  arch: arch().slice(0, 32),
  hostname: hostname().slice(0, 255),
});

/** "2.39.5" from "git version 2.39.5"; null when there is no git, or it does not answer. */
export async function gitVersion(): Promise<string | null> {
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
