/** The audit log: which acts there are, by names that never change, and how an entry looks to HTTP and `--json`. */
import * as z from 'zod';
import { instant } from './ids.ts';
import { limits } from './limits.ts';
import { moment, timesIn } from './run-filter.ts';

/** Every act that is written down, and what it does. A name is used for one thing and never again for another. */
export const acts = {
  'run.start': 'a run of a commit is started by hand',
  'run.cancel': 'a run is cancelled',
  'run.rerun': 'a run is run again',
  'run.approve': 'the commit of a fork may run',
  'job.cancel': 'a job is cancelled',
  'job.rerun': 'a job is run again',
  'change.cancel': 'everything of a pull request is cancelled',
  'merge.ask': 'a merge is asked for',
  'merge.withdraw': 'a merge is taken back',
  'cache.drop': 'caches are dropped',
  'secret.set': 'a secret is set, or the next version of one',
  'secret.remove': 'a secret is removed',
  'secret-key.rotate': 'secrets are hung on another root key',
  'token.create': 'a token is made',
  'token.revoke': 'a token is revoked',
  'token.refuse': 'a token was shown that does not count',
  'role.grant': 'a role is given',
  'role.revoke': 'a role is taken back',
  'link.create': 'a sign-in link is made',
  'session.sign-in': 'a browser signs in',
  'session.sign-out': 'a browser signs out',
  'session.end': 'a session is ended',
  'session.end-all': 'all sessions of somebody, or of everybody, are ended',
  'host.add': 'a host is let in: a join token is made',
  'host.set': 'labels or resources of a host are changed',
  'host.drain': 'a host gets nothing new',
  'host.resume': 'a host has machines again',
  'host.remove': 'a host is removed, and its credential revoked',
  'pool.scale': 'limits of a pool are changed',
  'pool.pause': 'a pool is paused',
  'pool.resume': 'a pool goes on',
  'pool.reset': 'a pool is as the configuration says again',
  'image.add': 'a version of an image is added',
  'image.test': 'a version of an image is tested again',
  'image.rollback': 'another version of an image is in force',
  'image.disable': 'an image is switched off',
  'image.enable': 'an image is switched on',
  'image.remove': 'an image is removed',
  'image-file.upload': 'a file of an image is sent, to its end',
  'configuration.change': 'the coordinator started with another configuration than before',
  'audit.export': 'the audit log is exported',
  'audit.trim': 'old entries of the audit log are removed',
  'audit.skip': 'further refusals of the hour were counted, and not written one by one',
  read: 'something is looked at; written only where that is refused',
} as const;
export type ActName = keyof typeof acts;

export const auditOutcome = z.enum(['done', 'refused', 'failed']);
export type AuditOutcome = z.infer<typeof auditOutcome>;

/** `admin-token`: the token in the data directory; `link`: a browser that came by a one-time link. */
export const auditActorKind = z.enum([
  'admin-token',
  'link',
  'person',
  'token',
  'github',
  'stranger',
  'coordinator',
]);
export const auditActor = z.object({
  kind: auditActorKind,
  name: z.string(),
  /** Of the person, the token or the session. */
  id: z.string().nullable(),
});
export type AuditActor = z.infer<typeof auditActor>;

/** By which way it was asked for: a page, a program, the command line, a comment or button on GitHub, or by nobody. */
export const auditWay = z.enum(['web', 'api', 'cli', 'github', 'coordinator']);
export type AuditWay = z.infer<typeof auditWay>;

/** What is kept of how something was, or became. Never a value of a secret. */
export const auditValue = z.json();
export const auditValues = z.record(z.string(), auditValue);
export type AuditValues = z.infer<typeof auditValues>;

export const auditEntry = z.object({
  seq: z.number().int().positive(),
  at: instant,
  act: z.string(),
  outcome: auditOutcome,
  /** Why it was refused or failed, as the answer said. */
  code: z.string().nullable(),
  actor: auditActor,
  way: auditWay,
  address: z.string().nullable(),
  repository: z.string().nullable(),
  subject: z.string(),
  before: auditValues.nullable(),
  after: auditValues.nullable(),
  /** SHA-256 over the entry and the digest of the one before it. */
  digest: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** What may be asked for: all that are named have to fit. */
export const auditFilter = z.strictObject({
  actor: z.string().min(1).max(200).optional().describe('a name, or an id'),
  act: z
    .string()
    .min(1)
    .max(60)
    .optional()
    .describe('a name such as secret.set, or the first part of some: secret'),
  subject: z.string().min(1).max(limits.auditTextChars).optional(),
  repository: z.string().min(1).max(200).optional(),
  outcome: auditOutcome.optional(),
  since: moment.optional(),
  until: moment.optional(),
});

/** The same with times as numbers: from `since` on, and before `until`. */
export type AuditFilter = Omit<z.infer<typeof auditFilter>, 'since' | 'until'> & {
  since?: number;
  until?: number;
};

export function auditFilterOf({ since, until, ...filter }: z.infer<typeof auditFilter>): AuditFilter {
  const { from, to } = timesIn({ since, until });
  return { ...filter, ...(from === null ? {} : { since: from }), ...(to === null ? {} : { until: to }) };
}

/** `GET /api/v1/audit`, newest first; `before` is what `next` said. */
export const auditQuery = auditFilter.extend({
  max: z.coerce.number().int().min(1).max(limits.auditItems).default(limits.auditItems),
  before: z.coerce.number().int().positive().optional(),
});

export const auditPage = z.object({ items: z.array(auditEntry), next: z.number().int().nullable() });
export type AuditPage = z.infer<typeof auditPage>;

/** An entry by its number and digest, as somebody has seen it: `812:ab12…`. */
export const knownEntry = z
  .string()
  .regex(/^\d{1,15}:[0-9a-f]{64}$/, 'expected the number and the digest of an entry: 812:ab12…')
  .transform(text => ({ seq: Number(text.split(':')[0]), digest: text.split(':')[1] ?? '' }));
export type KnownEntry = z.output<typeof knownEntry>;

/** `GET /api/v1/audit/verify` */
export const auditVerifyQuery = z.strictObject({ known: knownEntry.optional() });

export const auditVerdict = z.object({
  /** Entries that fit together. */
  entries: z.number().int(),
  /** The first that is kept, and the newest, with its digest. */
  first: z.number().int().nullable(),
  last: z.number().int(),
  digest: z.string(),
  /** Null: nothing is broken. */
  broken: z.object({ seq: z.number().int(), why: z.string() }).nullable(),
});
export type AuditVerdict = z.infer<typeof auditVerdict>;
