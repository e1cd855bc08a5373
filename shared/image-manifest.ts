/**
 * `images/<name>/image.yaml`: one operating system, ready to take a job. Registered at the coordinator, never named in a
 * tested repository beyond its own name. A key that does not work yet is refused by name.
 */
import { z } from 'zod';
import { duration } from './duration.ts';
import { sha256, slug } from './ids.ts';
import { reuse } from './machine.ts';
import { sizeMiB } from './size.ts';

export const driverName = z.enum(['process', 'libvirt', 'ssh', 'command']);
export type DriverName = z.infer<typeof driverName>;

const repositoryPattern = z.string().regex(/^[\w.*-]+(?:\/[\w.*-]+)?$/, 'expected owner/name, owner/* or *');

const machinePart = z.strictObject({
  driver: driverName,
  cpus: z.number().int().min(1).max(256).default(1),
  memory: sizeMiB.default(1_024),
  disk: sizeMiB.optional(),
  firmware: z.enum(['bios', 'uefi']).optional(),
  console: z.enum(['serial', 'none']).optional(),
  egress: z.enum(['none', 'mirror-only', 'open']).optional(),
  reuse: reuse.default('single-use'),
});

const bootPart = z.strictObject({
  identity: z.enum(['config-disk', 'nocloud', 'ssh']).optional(),
  deadline: duration.optional(),
  warm: z.enum(['snapshot', 'boot', 'none']).optional(),
});

export const imageManifest = z.strictObject({
  name: slug,
  os: z.string().min(1).max(32),
  arch: z.string().min(1).max(32),
  eol: z.iso.date().optional(),
  disk: z.strictObject({ url: z.url(), sha256, format: z.enum(['qcow2', 'raw']) }).optional(),
  machine: machinePart,
  boot: bootPart.default({}),
  agent: z
    .strictObject({
      mode: z.enum(['installed', 'bootstrap', 'proxy']).default('installed'),
      user: z.string().min(1).max(32).optional(),
      shell: z.array(z.string().min(1)).min(1).default(['/bin/sh', '-e']),
      /** How the source arrives: by git where the guest has it, or always as an archive of exactly the commit. */
      source: z.enum(['auto', 'archive']).default('auto'),
    })
    .prefault({}),
  serves: z
    .strictObject({
      repositories: z.array(repositoryPattern).min(1).default(['*']),
      suites: z.union([z.literal('all'), z.array(slug).min(1)]).default('all'),
      gate: z.enum(['advisory', 'required']).default('advisory'),
    })
    .prefault({}),
});

const number = z.number().int().positive();

/** A manifest as it is kept and sent once it has been read: sizes are numbers of MiB, durations of ms. */
export const resolvedManifest: z.ZodType<ImageManifest> = imageManifest.extend({
  machine: machinePart.extend({ memory: number, disk: number.optional() }),
  boot: bootPart.extend({ deadline: number.optional() }),
});

export type ImageManifestInput = z.input<typeof imageManifest>;
export type ImageManifest = z.output<typeof imageManifest>;

/** Whether a pattern (`acme/*`, `*`, `acme/rocket`) covers a repository's full name; letter case does not count. */
export function coversRepository(pattern: string, fullName: string): boolean {
  if (pattern === '*') return true;
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  return new RegExp(`^${escaped}$`, 'i').test(fullName);
}

/** Whether the image takes this suite of this repository. */
export function servesSuite({ serves }: ImageManifest, fullName: string, suite: string): boolean {
  const isServed = serves.repositories.some(pattern => coversRepository(pattern, fullName));
  return isServed && (serves.suites === 'all' || serves.suites.includes(suite));
}
