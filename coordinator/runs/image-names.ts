/** By an alias people mean whatever image that is now. */
import { aliasTable } from '#shared/image-aliases.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import type { SuiteFile } from '#shared/suite-file.ts';

/** The name of an image by whatever it is called; what nobody knows keeps its name. */
export function namesOf(images: readonly ImageManifest[]): (image: string) => string {
  const aliases = aliasTable(images.map(({ name }) => name));
  return image => aliases.get(image) ?? image;
}

/** The file with every image called by its name. */
export function named(file: SuiteFile, nameOf: (image: string) => string): SuiteFile {
  const inPart = <Part extends { images?: string[] | undefined }>(part: Part): Part =>
    part.images ? { ...part, images: part.images.map(nameOf) } : part;
  const inAll = <Part extends { images?: string[] | undefined }>(parts: Record<string, Part>) =>
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, inPart(part)]));
  const { 'on-merge': onMerge } = file;
  return { ...file, suites: inAll(file.suites), ...(onMerge ? { 'on-merge': inAll(onMerge) } : {}) };
}
