/** The files of an image against what a host says of its own. */
import type { ImageFilesOnHost } from './host-messages.ts';
import type { ImageManifest } from './image-manifest.ts';

type Named = { url?: string | undefined; sha256?: string | undefined };

export const filesIn = ({ disk, boot: { kernel, initrd, ssh } }: ImageManifest): Named[] =>
  [disk, kernel, initrd, ssh?.key].filter(file => file !== undefined);

const known = new WeakMap<ImageManifest, readonly string[]>();

/** The SHA-256 of every file that a machine of the image needs. Kept: a planner asks for every host. */
export function digestsOf(image: ImageManifest): readonly string[] {
  const digests = known.get(image) ?? filesIn(image).flatMap(({ sha256 }) => sha256 ?? []);
  known.set(image, digests);
  return digests;
}

/** Whether a host says that it has not all of them. One that says nothing, as older ones do, may have them. */
export const lacksFiles = (image: ImageManifest, files: ImageFilesOnHost | null): boolean =>
  files !== null && !digestsOf(image).every(sha256 => files.here.includes(sha256));

/** What of them is on its way, in bytes; null: nothing is. */
export function downloadOf(
  image: ImageManifest,
  files: ImageFilesOnHost | null,
): { bytes: number; totalBytes: number | null } | null {
  const digests = digestsOf(image);
  const under = files?.fetching.filter(({ sha256 }) => digests.includes(sha256)) ?? [];
  if (under.length === 0) return null;
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const totals = under.flatMap(({ totalBytes }) => totalBytes ?? []);
  return {
    bytes: sum(under.map(({ bytes }) => bytes)),
    totalBytes: totals.length === under.length ? sum(totals) : null,
  };
}
