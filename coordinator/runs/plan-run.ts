/**
 * Suites × images → jobs. Pure. What counts from where: steps and environment come from the commit itself; which images
 * exist and whom they serve is the coordinator's to say; nothing in a tested repository names hosts or disks.
 */
import type { Instant } from '#shared/ids.ts';
import { type ImageManifest, servesRepository, servesSuite } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { RunPurpose } from '#shared/run.ts';
import type { Suite, SuiteFile } from '#shared/suite-file.ts';
import { suiteNameOf } from '#shared/suite-matrix.ts';
import { firstState, waitingState } from './first-state.ts';
import { named, namesOf } from './image-names.ts';
import {
  leftOut,
  pastEndOfLife,
  unisolatedImages,
  unisolatedRefusal,
  unknownImages,
} from './plan-warnings.ts';
import { define, type PlannedJob } from './planned-job.ts';
import type { RunFacts } from './run-facts.ts';
import { withNeedsMet } from './suite-needs.ts';

export type RunPlan = { jobs: PlannedJob[]; warnings: string[] } | { refusal: string } | { empty: string };

/** Lower runs first: a person who waits, or a whole merge queue; pull requests; then what has landed. */
const classOf: Record<RunPurpose, number> = {
  manual: 1,
  'merge-group': 1,
  'merge-queue': 1,
  change: 2,
  landed: 3,
};

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
    ...new Set(unknownImages(file, images, facts)),
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

function suiteJobs(
  name: string,
  suite: Suite,
  position: number,
  images: readonly ImageManifest[],
  facts: RunFacts,
  at: Instant,
): PlannedJob[] {
  return images
    .filter(image => servesSuite(image, facts.fullName, suiteNameOf(name)))
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
