/** Secrets as administrators see them: their names, who may have them, who had them. A value goes in and never comes out. */
import * as z from 'zod';
import { labels } from './host-traits.ts';
import { attemptId, hostId, instant, jobId, runId } from './ids.ts';
import { limits } from './limits.ts';

export const secretName = z
  .string()
  .max(limits.secretNameChars)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected letters, digits and "_", no digit first')
  .meta({ title: 'NAME' });

/** Names are those of a forge, where case says nothing. */
export const secretScope = z
  .string()
  .max(200)
  .regex(/^[\w.-]+\/(?:[\w.-]+|\*)$/, 'expected owner/name, or owner/* for a whole organisation')
  .transform(text => text.toLowerCase())
  .meta({ title: 'owner/name' });

/** Jobs of which part of a run: of all, or those on merges only. Others get their names with stages. */
export const secretStage = z.enum(['', 'on-merge']);

/** As an environment variable, or as a file whose path the variable has. */
export const secretForm = z.enum(['variable', 'file']);
export type SecretForm = z.output<typeof secretForm>;

/** Of those that may have a secret. */
export const imagePattern = z
  .string()
  .regex(/^[a-z0-9*][a-z0-9.*_-]{0,63}$/, 'expected the name of an image, or a pattern such as debian-*');

export const secretPlace = z.strictObject({
  repository: secretScope,
  stage: secretStage.default(''),
  name: secretName,
});
export type SecretPlace = z.output<typeof secretPlace>;

export const setSecret = secretPlace.extend({
  value: z.string(),
  form: secretForm.default('variable'),
  /** Empty: any image. */
  images: z.array(imagePattern).max(limits.secretImages).default([]),
  /** The host of the machine has all of them. */
  labels: labels.default({}),
});
export type SetSecret = z.output<typeof setSecret>;

export const lastGiven = z.object({ at: instant, job: jobId, run: runId, image: z.string() });

export const secretView = z.object({
  ...{ repository: z.string(), stage: secretStage, name: z.string(), form: secretForm },
  images: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  version: z.number().int().positive(),
  setAt: instant,
  setBy: z.string(),
  /** Fingerprint of the root key that it needs. */
  rootKey: z.string(),
  /** The job that was given it last; null: none yet. */
  lastGiven: lastGiven.nullable(),
});
export type SecretView = z.output<typeof secretView>;
export type LastGiven = NonNullable<SecretView['lastGiven']>;

export const secretLogEntry = z.object({
  at: instant,
  type: z.enum(['set', 'removed', 'given', 'rotated']),
  ...{ repository: z.string(), stage: z.string(), name: z.string(), version: z.number().int() },
  /** Who did it; null where a job was given it. */
  by: z.string().nullable(),
  /** Who was given it. */
  attempt: attemptId.nullable(),
  job: jobId.nullable(),
  run: runId.nullable(),
  image: z.string().nullable(),
  host: z.object({ id: hostId, name: z.string().nullable() }).nullable(),
});
export type SecretLogEntry = z.output<typeof secretLogEntry>;

/** Of the key that wraps all others. */
export const rootKeyView = z.object({
  source: z.string(),
  /** Null: there is none yet, or it cannot be read. */
  fingerprint: z.string().nullable(),
  /** Those that secrets need and nobody has. */
  missing: z.array(z.string()),
  problem: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type RootKeyView = z.output<typeof rootKeyView>;

export const secretsView = z.object({ secrets: z.array(secretView), rootKey: rootKeyView });
export type SecretsView = z.output<typeof secretsView>;

export const secretSaved = z.object({ secret: secretView, warnings: z.array(z.string()) });
export type SecretSaved = z.output<typeof secretSaved>;

export const secretDetail = secretView.extend({ log: z.array(secretLogEntry) });
export type SecretDetail = z.output<typeof secretDetail>;

export const secretLogQuery = z.object({
  repository: secretScope.optional(),
  name: secretName.optional(),
  limit: z.coerce.number().int().min(1).max(limits.pageItems).default(limits.secretLogItems),
});
export type SecretLogQuery = z.output<typeof secretLogQuery>;

export const rootKeyRotated = z.object({
  /** That wraps from now on. */
  fingerprint: z.string(),
  rotated: z.number().int(),
  message: z.string(),
});
export type RootKeyRotated = z.output<typeof rootKeyRotated>;
