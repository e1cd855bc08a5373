/** What a plan says beside its jobs: whatever a file asks for and is not done, because the rest would look like all of it. */
import type { Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import type { Suite, SuiteFile } from '#shared/suite-file.ts';
import { suiteNameOf } from '#shared/suite-matrix.ts';
import type { PlannedJob } from './planned-job.ts';
import type { RunFacts } from './run-facts.ts';

/** What no image is there for, by who names it. */
export function unknownImages(
  file: SuiteFile,
  images: readonly ImageManifest[],
  { images: asked }: RunFacts,
): string[] {
  const known = new Set(images.map(({ name }) => name));
  const named = [
    ...Object.entries(file.suites).flatMap(([name, suite]) =>
      (suite.images ?? []).map(image => ({ image, by: `suite ${suiteNameOf(name)}` })),
    ),
    ...Object.entries(file['on-merge'] ?? {}).flatMap(([name, job]) =>
      (job.images ?? []).map(image => ({ image, by: `on-merge ${name}` })),
    ),
    ...(asked ?? []).map(image => ({ image, by: 'the request' })),
  ];
  return named
    .filter(({ image }) => !known.has(image))
    .map(({ image, by }) => `${by} names the image ${image}, which is not configured here`);
}

export function unisolatedImages(
  images: readonly ImageManifest[],
  usable: readonly ImageManifest[],
): string[] {
  const left = images.filter(image => !usable.includes(image));
  return left.map(
    ({ name }) =>
      `${name} was left out: it isolates nothing and \`allow-unisolated\` does not name this repository`,
  );
}

export const unisolatedRefusal = (fullName: string, images: readonly ImageManifest[]): string =>
  `${images.map(({ name }) => name).join(', ')} ${images.length === 1 ? 'isolates' : 'isolate'} nothing; an admin must list ${fullName} under \`allow-unisolated\``;

/** What its makers do not mend any more is no ground for a release. */
export function pastEndOfLife(
  images: readonly ImageManifest[],
  jobs: readonly PlannedJob[],
  at: Instant,
): string[] {
  const used = images.filter(({ name }) => jobs.some(({ image }) => image === name));
  return used.flatMap(({ name, eol }) =>
    eol !== undefined && Date.parse(eol) < at
      ? `${name} has had no support from its makers since ${eol}`
      : [],
  );
}

/** What the file asks for and no image does: without a word the rest would look like all of it. */
export function leftOut(
  file: SuiteFile,
  jobs: readonly PlannedJob[],
  { images, landed }: RunFacts,
): string[] {
  // Whoever asks for some images only knows that there is more.
  if (images) return [];
  const hasJob = (name: string) => jobs.some(({ suite }) => suite === name);
  const suites = Object.keys(file.suites).filter(name => !hasJob(name));
  const onMerge = Object.keys((landed && file['on-merge']) || {}).filter(name => !hasJob(name));
  return [
    ...suites.map(name => `suite ${name} runs on no image: ${whyNowhere(file.suites[name])}`),
    ...onMerge.map(
      name => `on-merge ${name} runs on no image: every suite it needs has to run on the same one`,
    ),
  ];
}

const whyNowhere = (suite: Suite | undefined): string =>
  suite?.needs
    ? 'every suite it needs has to run on the same one'
    : 'none that it names is configured and serves it';
