/**
 * A version on probation is an image of its own for queue and fleet: `debian-12@3`. It has a pool, machines, jobs that wait
 * and reasons why, like any other; it serves the conformance suite and nothing else. Pure.
 */
import type { ImageManifest } from '#shared/image-manifest.ts';

/** No forge has a repository without an owner, so that nobody's suite is served by what serves this. */
export const conformanceRepository = 'conformance';

export const candidateName = (image: string, number: number): string => `${image}@${number}`;

export const candidate = (manifest: ImageManifest, number: number): ImageManifest => ({
  ...manifest,
  name: candidateName(manifest.name, number),
  serves: { repositories: [conformanceRepository], suites: 'all', gate: 'advisory' },
});
