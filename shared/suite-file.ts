/**
 * The tested repository's `.paddock.yml`. There is no expression language. Positions (file, line, column) are found by
 * whoever parsed the YAML; the issues here carry paths. A key that belongs to a later version is refused by name, never
 * ignored: a suite that silently does less than it says would be a false green.
 */
import { z } from 'zod';
import { duration } from './duration.ts';
import { slug } from './ids.ts';
import { jobKind } from './job.ts';
import { limits } from './limits.ts';

export const suiteFileName = '.paddock.yml';

const notYet = (key: string) =>
  z.never({ error: `\`${key}\` does not work in this version of Paddock; remove it` }).optional();

const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable'),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
);

/** A longer one would promise what no job gets. */
const timeout = duration.refine(
  ms => ms <= limits.jobDeadlineMs,
  `expected at most ${limits.jobDeadlineMs / 3_600_000}h, the end of any job`,
);

const command = z.string().trim().min(1, 'a step needs a command').max(limits.stepBytes);

const step = z.union([
  command.transform(run => ({ run })),
  z.strictObject({
    name: z.string().trim().min(1).max(100).optional(),
    run: command,
    timeout: timeout.optional(),
    'idle-timeout': timeout.optional(),
    env: environment.optional(),
    directory: z
      .string()
      .refine(
        path => !path.startsWith('/') && !path.split(/[\\/]/).includes('..'),
        'expected a path inside the checkout',
      )
      .optional(),
  }),
]);

const steps = z.array(step).min(1, 'expected at least one step').max(limits.stepsPerSuite);

const images = z.array(slug).min(1).max(limits.imagesPerSuite);

const artifacts = z
  .array(
    z
      .string()
      .min(1)
      .refine(
        path => !path.startsWith('/') && !path.split(/[\\/]/).includes('..'),
        'expected a path or pattern inside the checkout',
      ),
  )
  .min(1)
  .max(limits.artifactsPerJob);

const later = {
  paths: notYet('paths'),
  reports: notYet('reports'),
  caches: notYet('caches'),
  services: notYet('services'),
};

const suite = z.strictObject({
  steps,
  images: images.optional(),
  env: environment.optional(),
  timeout: timeout.optional(),
  needs: notYet('needs'),
  artifacts: notYet('artifacts'),
  ...later,
});

const onMergeJob = z.strictObject({
  /** Suites of this file that must pass on the same image and commit first; default: all of them. */
  needs: z.array(slug).min(1).optional(),
  steps,
  images: images.optional(),
  env: environment.optional(),
  timeout: timeout.optional(),
  kind: jobKind.optional(),
  artifacts: artifacts.optional(),
  ...later,
});

export const suiteFile = z
  .strictObject({
    version: z.literal(1, { error: 'expected `version: 1`' }),
    suites: z
      .record(slug, suite)
      .refine(suites => Object.keys(suites).length > 0, 'expected at least one suite')
      .refine(
        suites => Object.keys(suites).length <= limits.suitesPerFile,
        `expected at most ${limits.suitesPerFile} suites`,
      ),
    'on-merge': z.record(slug, onMergeJob).optional(),
    stages: notYet('stages'),
  })
  .superRefine((file, context) => {
    for (const [name, job] of Object.entries(file['on-merge'] ?? {})) {
      if (Object.hasOwn(file.suites, name))
        context.addIssue({
          code: 'custom',
          path: ['on-merge', name],
          message: `a suite is called ${name} too; their statuses would collide`,
        });
      for (const [index, need] of (job.needs ?? []).entries())
        if (!Object.hasOwn(file.suites, need))
          context.addIssue({
            code: 'custom',
            path: ['on-merge', name, 'needs', index],
            message: `there is no suite called ${need}`,
          });
    }
  });

/** The file as written (for the JSON Schema) and as parsed (durations in ms, steps as objects). */
export type SuiteFileInput = z.input<typeof suiteFile>;
export type SuiteFile = z.output<typeof suiteFile>;
export type Suite = SuiteFile['suites'][string];
export type OnMergeJob = NonNullable<SuiteFile['on-merge']>[string];
export type Step = Suite['steps'][number];
