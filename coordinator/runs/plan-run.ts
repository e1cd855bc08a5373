/**
 * Suites × images → jobs. Pure. What counts from where: steps and environment come from the commit itself; which images
 * exist and whom they serve is the coordinator's to say; nothing in a tested repository names hosts or disks.
 */
import type { Instant } from '#shared/ids.ts';
import { aliasTable } from '#shared/image-aliases.ts';
import { type ImageManifest, servesRepository, servesSuite } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { RunPurpose } from '#shared/run.ts';
import type { OnMergeJob, Step, Suite, SuiteFile } from '#shared/suite-file.ts';
import type { JobDefinition, NewJob } from '../store/jobs.ts';
import { type FirstFacts, firstState, waitingState } from './first-state.ts';
import { withNeedsMet } from './suite-needs.ts';

export type RunFacts = FirstFacts & {
  purpose: RunPurpose;
  /** Only these images, when somebody asked for some. */
  images: string[] | null;
  /** Also the `on-merge` jobs. */
  landed: boolean;
  /** Whether images that isolate nothing may be used for this repository. */
  mayRunUnisolated: boolean;
  /** Names of those images. */
  unisolated: ReadonlySet<string>;
};

export type PlannedJob = Omit<NewJob, 'runId' | 'repositoryId'>;
export type RunPlan = { jobs: PlannedJob[]; warnings: string[] } | { refusal: string } | { empty: string };

/** Lower runs first: a person who waits, pull requests, then what has landed. */
const classOf: Record<RunPurpose, number> = { manual: 1, change: 2, landed: 3 };

/** Behind everything: nobody waits for an old commit on a new image. */
export const backfillClass = 4;

/** Plans the jobs of a run. */
export function planRun(
  written: SuiteFile,
  images: readonly ImageManifest[],
  asked: RunFacts,
  at: Instant,
): RunPlan {
  const nameOf = namesOf(images);
  const file = named(written, nameOf);
  const facts = { ...asked, images: asked.images?.map(nameOf) ?? null };
  const offered = images.filter(image => servesRepository(image, facts.fullName));
  const usable = offered.filter(({ name }) => facts.mayRunUnisolated || !facts.unisolated.has(name));
  const { kept: suites, warnings: withoutNeeds } = withNeedsMet(
    Object.entries(file.suites).flatMap(([name, suite], position) =>
      suiteJobs(name, suite, position, usable, facts, at),
    ),
  );
  const onMerge = facts.landed ? onMergeJobs(file, suites, facts) : [];
  const jobs = [...suites, ...onMerge];
  const warnings = [
    ...unknownImages(file, images, facts),
    ...unisolatedImages(offered, usable),
    ...withoutNeeds,
  ];
  if (jobs.length > limits.jobsPerRun)
    return { refusal: `${jobs.length} jobs, more than the ${limits.jobsPerRun} a run may have` };
  if (jobs.length > 0)
    return {
      jobs,
      warnings: [...warnings, ...leftOut(file, jobs, facts), ...pastEndOfLife(images, jobs, at)],
    };
  if (usable.length < offered.length && usable.length === 0)
    return { refusal: unisolatedRefusal(facts.fullName, offered) };
  return { empty: [`no configured image serves a suite of ${facts.fullName}`, ...warnings].join('; ') };
}

/** By an alias people mean whatever image that is now. */
function namesOf(images: readonly ImageManifest[]): (image: string) => string {
  const aliases = aliasTable(images.map(({ name }) => name));
  return image => aliases.get(image) ?? image;
}

function named(file: SuiteFile, nameOf: (image: string) => string): SuiteFile {
  const inPart = <Part extends { images?: string[] | undefined }>(part: Part): Part =>
    part.images ? { ...part, images: part.images.map(nameOf) } : part;
  const inAll = <Part extends { images?: string[] | undefined }>(parts: Record<string, Part>) =>
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, inPart(part)]));
  const { 'on-merge': onMerge } = file;
  return { ...file, suites: inAll(file.suites), ...(onMerge ? { 'on-merge': inAll(onMerge) } : {}) };
}

/** What its makers do not mend any more is no ground for a release. */
function pastEndOfLife(images: readonly ImageManifest[], jobs: readonly PlannedJob[], at: Instant): string[] {
  const used = images.filter(({ name }) => jobs.some(({ image }) => image === name));
  return used.flatMap(({ name, eol }) =>
    eol !== undefined && Date.parse(eol) < at
      ? `${name} has had no support from its makers since ${eol}`
      : [],
  );
}

/** What the file asks for and no image does: without a word the rest would look like all of it. */
function leftOut(file: SuiteFile, jobs: readonly PlannedJob[], { images, landed }: RunFacts): string[] {
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

const unisolatedRefusal = (fullName: string, images: readonly ImageManifest[]): string =>
  `${images.map(({ name }) => name).join(', ')} ${images.length === 1 ? 'isolates' : 'isolate'} nothing; an admin must list ${fullName} under \`allow-unisolated\``;

function unisolatedImages(images: readonly ImageManifest[], usable: readonly ImageManifest[]): string[] {
  const left = images.filter(image => !usable.includes(image));
  return left.map(
    ({ name }) =>
      `${name} was left out: it isolates nothing and \`allow-unisolated\` does not name this repository`,
  );
}

function unknownImages(
  file: SuiteFile,
  images: readonly ImageManifest[],
  { images: asked }: RunFacts,
): string[] {
  const known = new Set(images.map(({ name }) => name));
  const named = [
    ...Object.entries(file.suites).flatMap(([name, suite]) =>
      (suite.images ?? []).map(image => ({ image, by: `suite ${name}` })),
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

function suiteJobs(
  name: string,
  suite: Suite,
  position: number,
  images: readonly ImageManifest[],
  facts: RunFacts,
  at: Instant,
): PlannedJob[] {
  return images
    .filter(image => servesSuite(image, facts.fullName, name))
    .filter(image => !suite.images || suite.images.includes(image.name))
    .filter(image => !facts.images || facts.images.includes(image.name))
    .map(image => ({
      suite: name,
      image: image.name,
      stage: 'suite' as const,
      position,
      definition: { ...define(suite, suite.needs ?? []), gate: image.serves.gate },
      class: classOf[facts.purpose],
      isTrusted: facts.isTrusted,
      state: firstState(image.name, suite.needs ?? [], facts, at),
    }));
}

/** One on-merge job per image on which every suite it needs has a job: an image that tests nothing builds nothing. */
function onMergeJobs(file: SuiteFile, suites: PlannedJob[], facts: RunFacts): PlannedJob[] {
  const position = Object.keys(file.suites).length;
  return Object.entries(file['on-merge'] ?? {}).flatMap(([name, job], index) => {
    const images = new Set(suites.map(({ image }) => image));
    return [...images].flatMap(image => {
      const tested = suites.filter(other => other.image === image).map(({ suite }) => suite);
      const needs = job.needs ?? tested;
      const isServed =
        needs.every(need => tested.includes(need)) && (!job.images || job.images.includes(image));
      if (!isServed) return [];
      return [
        {
          suite: name,
          image,
          stage: 'on-merge' as const,
          position: position + index,
          definition: define(job, needs),
          class: classOf[facts.purpose],
          isTrusted: facts.isTrusted,
          state: waitingState(job),
        },
      ];
    });
  });
}

function define(part: Suite | OnMergeJob, needs: string[]): JobDefinition {
  return {
    steps: part.steps.map(defineStep),
    source: part.source ?? 'commit',
    env: part.env ?? {},
    deadlineMs: Math.min(part.timeout ?? limits.jobDeadlineMs, limits.jobDeadlineMs),
    artifacts: [...(part.artifacts ?? [])],
    needs,
    // What is made of a merge cannot hold it up.
    gate: 'advisory',
  };
}

function defineStep(step: Step): JobDefinition['steps'][number] {
  const { name, run, timeout, 'idle-timeout': idle, env, directory }: StepOptions = step;
  return {
    name: name ?? firstLine(run),
    run,
    timeoutMs: timeout ?? limits.stepTimeoutMs,
    idleTimeoutMs: idle ?? limits.stepIdleTimeoutMs,
    env: env ?? {},
    directory: directory ?? '.',
  };
}

/** A step as an object; one that was written as a string has a command only. */
type StepOptions = Extract<Step, { name?: unknown }>;

/** A step without a name is called by its command. */
const firstLine = (run: string): string => (run.split('\n')[0] ?? run).slice(0, 100);
