/**
 * Every kind of credential that opens something of Paddock: who holds it, what it opens, how long, and how it is taken back.
 * The list is the guide's and the inventory's. Nothing lasts for ever but root keys, which lie where an administrator put them.
 */
import * as z from 'zod';
import { instant } from './ids.ts';
import { limits } from './limits.ts';

export type CredentialKind = {
  what: string;
  holder: string;
  scope: string;
  /** How long at most, in milliseconds; null: until it is replaced, for root keys only. */
  lastsMs: number | null;
  /** Where the end is not a length: of a job, of a certificate. */
  ends?: string;
  revoked: string;
};

const root = { holder: 'the coordinator', lastsMs: null } as const;
const day = 86_400_000;

export const credentialKinds = {
  'admin-token': {
    ...root,
    what: 'token of the administrator',
    holder: 'whoever reads the file on the coordinator',
    scope: 'everything',
    revoked: 'remove the file, restart',
  },
  'signing-key': {
    ...root,
    what: 'key that signs tokens of attempts, boot tickets, tokens of images, sign-ins, or hashes sessions',
    scope: 'makes any of its kind',
    revoked: 'remove the file, restart: what it signed is void',
  },
  'secrets-key': {
    ...root,
    what: 'root key of secrets',
    scope: 'opens every secret, with the database',
    revoked: 'paddock secret rotate-key',
  },
  'nats-key': {
    ...root,
    what: 'keys of the NATS operator, its accounts, and of who signs machines and hosts',
    scope: 'every subject',
    revoked: 'remove the file, restart: hosts and machines are let in anew',
  },
  'tls-authority': {
    ...root,
    what: 'key of the private authority',
    scope: 'can be this coordinator to every machine',
    revoked: 'paddock tls init --new-authority, and host add for every host',
  },
  'webhook-secret': {
    ...root,
    what: 'secret of the webhook',
    holder: 'the coordinator, GitHub',
    scope: 'can tell of events',
    revoked: 'paddock github rotate-secret',
  },
  'github-key': {
    ...root,
    what: 'private key of the App',
    scope: 'what the App may on GitHub',
    revoked: 'on the page of the App; then the file',
  },
  'github-token': {
    ...root,
    what: 'token of GitHub that the configuration names',
    scope: 'what the token may on GitHub',
    revoked: 'on GitHub; then in its place',
  },
  'sign-in-secret': {
    ...root,
    what: 'client secret with which people sign in',
    scope: 'asks GitHub who somebody is, with their leave',
    revoked: 'on the page of the App; then in its place',
  },
  'database-login': {
    ...root,
    what: 'login of PostgreSQL',
    scope: 'every row of the database',
    revoked: 'in PostgreSQL; then in its place',
  },
  'trace-header': {
    ...root,
    what: 'header with which traces are sent',
    holder: 'the coordinator, the collector of traces',
    scope: 'hands spans to the collector',
    revoked: 'at the collector; then in its place',
  },
  'job-secret': {
    ...root,
    what: 'secret of a repository in the configuration',
    holder: 'the coordinator, trusted jobs',
    scope: 'whatever it opens elsewhere',
    revoked: 'where it came from; then in its place',
  },
  'tls-certificate': {
    what: 'key and certificate of a listener',
    holder: 'the coordinator',
    scope: 'can be this coordinator',
    lastsMs: 90 * day,
    ends: 'with its certificate; 90 days, or as long as a given one',
    revoked: 'paddock tls init, or tls use',
  },
  'installation-token': {
    what: 'token of an installation of the App, in memory',
    holder: 'the coordinator',
    scope: 'the permissions of the App in the repositories of one owner',
    lastsMs: 3_600_000,
    revoked: 'restart, or remove the installation on GitHub',
  },
  session: {
    what: 'session of a browser',
    holder: 'the browser; here a hash',
    scope: 'what its person may',
    lastsMs: limits.sessionMs,
    revoked: 'paddock sessions end ID',
  },
  'api-token': {
    what: 'token of a person or a program',
    holder: 'whoever was given it; here a hash',
    scope: 'a role in the repositories of a pattern',
    lastsMs: limits.apiTokenMaxMs,
    revoked: 'paddock token revoke ID',
  },
  'one-time-link': {
    what: 'sign-in link, in memory',
    holder: 'whoever was given it; here a hash',
    scope: 'one session of the administrator',
    lastsMs: limits.oneTimeLinkMs,
    revoked: 'used once; restart',
  },
  'sign-in-ticket': {
    what: 'cookie of a sign-in with GitHub that is under way',
    holder: 'the browser',
    scope: 'one sign-in',
    lastsMs: limits.signInMs,
    revoked: 'used once',
  },
  'join-token': {
    what: 'token with which a host joins',
    holder: 'whoever was given it; here a hash',
    scope: 'lets one host in',
    lastsMs: limits.joinTokenMs,
    revoked: 'used once; paddock host remove NAME',
  },
  'host-login': {
    what: 'NATS credential of a host, for a key that it made itself',
    holder: 'the host',
    scope: 'its own subjects',
    lastsMs: limits.hostCredentialMs,
    revoked: 'paddock host remove NAME',
  },
  'machine-login': {
    what: 'NATS credential of a machine, for a key that it made itself',
    holder: 'the machine',
    scope: 'its own subjects',
    lastsMs: limits.machineMaxAgeMs,
    revoked: 'with its machine',
  },
  'coordinator-login': {
    what: 'NATS credential of the coordinator, made for one connection',
    holder: 'the coordinator',
    scope: 'every subject of the account',
    lastsMs: limits.natsCredentialMs,
    revoked: 'restart',
  },
  'boot-ticket': {
    what: 'ticket with which a machine reports in',
    holder: 'the machine and its host',
    scope: 'lets one machine in, with one key',
    lastsMs: limits.machineMaxAgeMs,
    revoked: 'used once; with its machine',
  },
  'image-token': {
    what: 'token with which a host fetches files of images',
    holder: 'the host',
    scope: 'reads files of images',
    lastsMs: 2 * limits.imageTokenMs,
    revoked: 'it ends by itself',
  },
  'attempt-token': {
    what: 'tokens of an attempt: source, uploads, caches',
    holder: 'the machine of the attempt',
    scope: 'one commit, its own files, the caches of its suite',
    lastsMs: limits.machineMaxAgeMs,
    ends: 'after the deadline of its job',
    revoked: 'with its attempt; paddock cancel JOB',
  },
  'upload-id': {
    what: 'name of an upload that is not whole; opens nothing without a token of its attempt',
    holder: 'the machine of the attempt',
    scope: 'one file of one attempt',
    lastsMs: limits.machineMaxAgeMs,
    ends: 'with its attempt',
    revoked: 'with its attempt',
  },
} as const satisfies Record<string, CredentialKind>;

export type CredentialKindName = keyof typeof credentialKinds;
export const credentialKindNames = Object.keys(credentialKinds) as CredentialKindName[];

export const isRootKey = (kind: CredentialKindName): boolean => credentialKinds[kind].lastsMs === null;

const units = [
  ['day', day],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** Whole ones of the largest unit that fits. */
function lengthText(ms: number): string {
  const [name, length] = units.find(([, length]) => ms >= length && ms % length === 0) ?? units[2];
  const count = Math.ceil(ms / length);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** How long one of its kind lasts, for people. */
export function lastsText(kind: CredentialKindName): string {
  const { lastsMs, ends }: CredentialKind = credentialKinds[kind];
  return ends ?? (lastsMs === null ? 'until it is replaced' : lengthText(lastsMs));
}

export const credentialView = z.object({
  kind: z.enum(credentialKindNames as [CredentialKindName, ...CredentialKindName[]]),
  /** An id, a file, a name. */
  name: z.string(),
  holder: z.string(),
  scope: z.string(),
  since: instant.nullable(),
  /** At the latest; null: of a root key. */
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
  revoked: z.string(),
  /** Of a key that lies in a file. `mode` as chmod has it; null: it is not there. */
  file: z.object({ path: z.string(), mode: z.string().nullable(), isTooOpen: z.boolean() }).nullable(),
});
export type CredentialView = z.infer<typeof credentialView>;

/** `GET /api/v1/credentials`. No answer has one of them in it. */
export const credentialsView = z.object({
  credentials: z.array(credentialView),
  /** There are more sessions, tokens, machines or attempts than are listed. */
  isCut: z.boolean(),
});
export type CredentialsView = z.infer<typeof credentialsView>;
