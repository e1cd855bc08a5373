import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { arch, hostname, type } from 'node:os';
import { promisify } from 'node:util';
import type { GuestPlatform } from '#shared/messages.ts';

const probeMs = 10_000;

/** What the coordinator should know of this machine. `bundle` is the file that runs; a probe that fails is left empty. */
export async function platformFacts(bundle: string): Promise<GuestPlatform> {
  const git = await gitVersion();
  return {
    os: type().toLowerCase().slice(0, 64),
    arch: arch().slice(0, 32),
    node: process.versions.node,
    hostname: hostname().slice(0, 255),
    git,
    agent: digestOf(bundle),
  };
}

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
