/**
 * The tested repository's `.paddock.yml`. There is no expression language. Positions (file, line, column) are found by
 * whoever parsed the YAML; the issues here carry paths. A key that belongs to a later version is refused by name, never
 * ignored: a suite that silently does less than it says would be a false green.
 */
import * as z from 'zod';
import { duration } from './duration.ts';
import { imageReference, slug } from './ids.ts';
import { jobKind } from './job.ts';
import { limits } from './limits.ts';
import { patterns } from './path-patterns.ts';
import { suiteCaches } from './suite-cache.ts';
import { suiteMatrix, wrongMatrices } from './suite-matrix.ts';
import { wrongNeeds } from './suite-needs.ts';

export const suiteFileName = '.paddock.yml';

const notYet = (key: string) =>
  z.never({ error: `\`${key}\` does not work in this version of Paddock; remove it` }).optional();

const environment = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable'),
    z.union([z.string(), z.number(), z.boolean()]).transform(String),
  )
  .meta({ title: 'variables' });

/** A longer one would promise what no job gets. */
const timeout = duration.refine(
  ms => ms <= limits.jobDeadlineMs,
  `expected at most ${limits.jobDeadlineMs / 3_600_000}h, the end of any job`,
);

const command = z
  .string()
  .trim()
  .min(1, 'a step needs a command')
  .max(limits.stepBytes)
  .meta({ title: 'command' });

const minutes = (ms: number): string => `\`${ms / 60_000}m\``;

const step = z.union([
  command.transform(run => ({ run })),
  z.strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .optional()
      .describe('what pages and statuses call it; default: the first line of its command'),
    run: command.describe(
      'what the shell of the image runs, in the checkout; it passes when it exits with 0',
    ),
    timeout: timeout
      .optional()
      .describe(`then the step is ended and the job has timed out; default ${minutes(limits.stepTimeoutMs)}`),
    'idle-timeout': timeout
      .optional()
      .describe(`the same after this long without output; default ${minutes(limits.stepIdleTimeoutMs)}`),
    env: environment.optional().describe('of this step only'),
    directory: z
      .string()
      .refine(
        path => !path.startsWith('/') && !path.split(/[\\/]/).includes('..'),
        'expected a path inside the checkout',
      )
      .optional()
      .describe('where it starts, inside the checkout'),
  }),
]);

const steps = z
  .array(step)
  .min(1, 'expected at least one step')
  .max(limits.stepsPerSuite)
  .describe('one after the other; the first that fails ends the job');

const images = z.array(imageReference).min(1).max(limits.imagesPerSuite);

const pattern = z
  .string()
  .min(1)
  .refine(
    path => !path.startsWith('/') && !path.split(/[\\/]/).includes('..'),
    'expected a path or pattern inside the checkout',
  )
  .meta({ title: 'pattern' });

const artifacts = z.array(pattern).min(1).max(limits.artifactsPerJob);

const places = z.array(pattern).min(1).max(limits.reportPatterns);

const reports = z
  .strictObject({
    junit: places.optional().describe('files in the XML of JUnit, as nearly every tool writes it'),
    tap: places.optional().describe('files in the Test Anything Protocol, 12 to 14'),
    html: z
      .never({
        error:
          '`html` does not work in this version of Paddock; an on-merge job can keep it under `artifacts`',
      })
      .optional(),
  })
  .refine(({ junit, tap }) => junit !== undefined || tap !== undefined, 'expected `junit` or `tap`')
  .optional()
  .describe(
    'files that say how each test went: read after the last step, also of one that failed; they change no verdict',
  );

const paths = patterns
  .optional()
  .describe(
    'only when a file that changed matches; a directory is all in it, `!pattern` takes some away; default: always',
  );

const later = {
  caches: suiteCaches
    .optional()
    .describe('directories that a job finds as an earlier one has left them, see docs/caches.md'),
  services: notYet('services'),
};

const jobTimeout = timeout
  .optional()
  .describe(
    `of the whole job: source, steps and artifacts; default and most \`${limits.jobDeadlineMs / 3_600_000}h\``,
  );

const source = z
  .enum(['commit', 'none'])
  .optional()
  .describe(
    '`commit`: steps start in a checkout; `none`: at once, in an empty directory, for steps that need no file of the commit; default `commit`',
  );

const needs = z.array(slug).min(1).max(limits.suitesPerFile);

const suite = z.strictObject({
  needs: needs
    .optional()
    .describe('suites that must pass first, on the same image and commit; default: none, it begins at once'),
  matrix: suiteMatrix
    .optional()
    .describe('a job for each combination of these variables and values; default: one job'),
  steps,
  source,
  images: images.optional().describe('on these images only; default: all that serve the repository'),
  env: environment.optional().describe('of every step'),
  timeout: jobTimeout,
  paths,
  on: z
    .array(z.enum(['change', 'landed']))
    .min(1)
    .optional()
    .describe('`change`: on pull requests; `landed`: on what has reached a branch; default: both'),
  branches: patterns
    .optional()
    .describe(
      'only for pull requests against these branches, and pushes to them; default: all that are tested',
    ),
  artifacts: notYet('artifacts'),
  reports,
  ...later,
});

const onMergeJob = z.strictObject({
  needs: needs
    .optional()
    .describe('suites that must pass first, on the same image and commit; default: all that run there'),
  steps,
  source,
  images: images.optional().describe('on these images only; default: all on which its suites run'),
  env: environment.optional().describe('of every step'),
  timeout: jobTimeout,
  paths,
  branches: patterns.optional().describe('only on these branches; default: all that are tested'),
  kind: jobKind
    .optional()
    .describe(
      '`repeatable` (default): tried again when its machine is lost; `once` (deploy, publish): never by itself',
    ),
  artifacts: artifacts
    .optional()
    .describe('files to keep when every step passed; `!pattern` takes some away, a directory is all in it'),
  reports,
  ...later,
});

export const suiteFile = z
  .strictObject({
    version: z.literal(1, { error: 'expected `version: 1`' }).describe('of this format'),
    suites: z
      .record(slug, suite)
      .refine(suites => Object.keys(suites).length > 0, 'expected at least one suite')
      .refine(
        suites => Object.keys(suites).length <= limits.suitesPerFile,
        `expected at most ${limits.suitesPerFile} suites`,
      )
      .describe('what is tested, by name; each runs on each image, beside the others'),
    'on-merge': z
      .record(slug, onMergeJob)
      .optional()
      .describe('what happens with a commit that has landed, by name'),
    stages: notYet('stages'),
  })
  .superRefine((file, context) => {
    for (const name of Object.keys(file['on-merge'] ?? {}))
      if (Object.hasOwn(file.suites, name))
        context.addIssue({
          code: 'custom',
          path: ['on-merge', name],
          message: `a suite is called ${name} too; their statuses would collide`,
        });
    for (const { path, message } of [...wrongNeeds(file), ...wrongMatrices(file)])
      context.addIssue({ code: 'custom', path, message });
  })
  .meta({ title: '.paddock.yml' });

/** The file as written (for the JSON Schema) and as parsed (durations in ms, steps as objects). */
export type SuiteFileInput = z.input<typeof suiteFile>;
export type SuiteFile = z.output<typeof suiteFile>;
export type Suite = SuiteFile['suites'][string];
export type OnMergeJob = NonNullable<SuiteFile['on-merge']>[string];
export type Step = Suite['steps'][number];
