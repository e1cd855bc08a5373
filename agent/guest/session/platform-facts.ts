import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { arch, hostname, type } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { GuestPlatform } from '#shared/messages.ts';

const probeMs = 10_000;

/** What the coordinator should know of this machine. `bundle` is the file that runs; a probe that fails is left empty. */
export async function platformFacts(bundle: string): Promise<GuestPlatform> {
  const [git, agent] = await Promise.all([gitVersion(), digestOf(bundle)]);
  return {
    os: type().toLowerCase().slice(0, 64),
    arch: arch().slice(0, 32),
    node: process.versions.node,
    hostname: hostname().slice(0, 255),
    git,
    agent,
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

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
    return `sha256:${hash.digest('hex')}`;
  } catch {
    return 'unknown';
  }
}
