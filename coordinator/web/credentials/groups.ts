/** Credentials by whose they are, in the order of how much they open. Pure. */
import type { CredentialKindName, CredentialView } from '#shared/credentials.ts';

export const groupNames = ['root', 'coordinator', 'people', 'hosts', 'machines'] as const;
export type GroupName = (typeof groupNames)[number];

const groupOf: Readonly<Record<CredentialKindName, GroupName>> = {
  'admin-token': 'root',
  'signing-key': 'root',
  'secrets-key': 'root',
  'nats-key': 'root',
  'tls-authority': 'root',
  'webhook-secret': 'root',
  'github-key': 'root',
  'github-token': 'root',
  'sign-in-secret': 'root',
  'database-login': 'root',
  'trace-header': 'root',
  'job-secret': 'root',
  'tls-certificate': 'coordinator',
  'installation-token': 'coordinator',
  'coordinator-login': 'coordinator',
  session: 'people',
  'api-token': 'people',
  'one-time-link': 'people',
  'sign-in-ticket': 'people',
  'join-token': 'hosts',
  'host-login': 'hosts',
  'image-token': 'hosts',
  'machine-login': 'machines',
  'boot-ticket': 'machines',
  'attempt-token': 'machines',
  'upload-id': 'machines',
};

export type Group = { name: GroupName; credentials: readonly CredentialView[] };

/** Those that have any. */
export const groupsOf = (all: readonly CredentialView[]): Group[] =>
  groupNames
    .map(name => ({ name, credentials: all.filter(({ kind }) => groupOf[kind] === name) }))
    .filter(({ credentials }) => credentials.length > 0);

/** Paths of files with a key that others than their owner may read, each once. */
export const tooOpenFiles = (all: readonly CredentialView[]): string[] => [
  ...new Set(all.flatMap(({ file }) => (file?.isTooOpen ? [file.path] : []))),
];
