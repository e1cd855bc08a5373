/** Every credential that is in force now: from files, rows and memory. None of them is in the answer. */
import {
  type CredentialKindName,
  type CredentialsView,
  type CredentialView,
  credentialKinds,
} from '#shared/credentials.ts';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { PeopleAccess } from '../access/people-access.ts';
import { isOver } from '../access/session-judgement.ts';
import { uploadsOf } from '../artifacts/receive-upload.ts';
import type { Blobs } from '../blobs/blobs.ts';
import type { Config } from '../config/config.ts';
import type { ForgeCredentials } from '../github/forge-credentials.ts';
import { listApiTokens } from '../store/api-tokens.ts';
import { listRunningAttempts } from '../store/attempts.ts';
import { listBrowserSessions } from '../store/browser-sessions.ts';
import { listHosts, listOpenJoinTokens } from '../store/hosts.ts';
import { findJob } from '../store/jobs.ts';
import { listLiveMachines } from '../store/machines.ts';
import { findPerson } from '../store/people.ts';
import type { Store } from '../store/store.ts';
import { viewTls } from '../tls/view.ts';
import { kindOfOrigin, readKeyFiles } from './key-files.ts';

export type CredentialParts = {
  config: Config;
  store: Pick<Store, 'read'>;
  access: Pick<PeopleAccess, 'openLinks'>;
  blobs: { uploads: Pick<Blobs['uploads'], 'ids'> };
  forge: ForgeCredentials | null;
  /** When the coordinator logged in at its own NATS. */
  startedAt: Instant;
  now(): Instant;
};

type Facts = Partial<Omit<CredentialView, 'kind'>> & Pick<CredentialView, 'name' | 'expiresAt'>;

const entry = (kind: CredentialKindName, facts: Facts): CredentialView => {
  const { holder, scope, revoked } = credentialKinds[kind];
  return { kind, holder, scope, since: null, lastUsedAt: null, revoked, file: null, ...facts };
};

export async function listCredentials(parts: CredentialParts): Promise<CredentialsView> {
  const lists = await Promise.all([
    rootKeys(parts),
    people(parts),
    hosts(parts),
    machines(parts),
    attempts(parts),
    forgeTokens(parts),
  ]);
  const isCut = lists.some(list => list.length >= limits.credentialsListed);
  return { credentials: lists.flat(), isCut };
}

/** Root keys and certificates by their files, and what the environment has. */
async function rootKeys({ config, now, startedAt }: CredentialParts): Promise<CredentialView[]> {
  const { certificates } = await viewTls(config.dataDir, config, now());
  const endOf = (kind: 'own' | 'given') => certificates.find(each => each.kind === kind);
  const files = (await readKeyFiles(config)).map(({ kind, name, file }) => {
    if (kind !== 'tls-certificate') return entry(kind, { name, file, expiresAt: null });
    const shown = endOf(name === 'tls/given.pem' ? 'given' : 'own');
    return entry(kind, { name, file, since: shown?.startsAt ?? null, expiresAt: shown?.endsAt ?? now() });
  });
  const variables = config.secretOrigins.flatMap(origin =>
    'env' in origin
      ? [entry(kindOfOrigin(origin), { name: `${origin.where} (${origin.env})`, expiresAt: null })]
      : [],
  );
  const { key } = config.secrets;
  const elsewhere =
    key && !('file' in key)
      ? [entry('secrets-key', { name: 'env' in key ? key.env : 'a program', expiresAt: null })]
      : [];
  const login = entry('coordinator-login', {
    ...{ name: 'of this coordinator', since: startedAt },
    // A new one is made at each connection, and ends it.
    expiresAt: now() + limits.natsCredentialMs,
  });
  return [...files, ...elsewhere, ...variables, login];
}

async function people({ store: { read }, access, now }: CredentialParts): Promise<CredentialView[]> {
  const at = now();
  const names = new Map<string, string>();
  const nameOf = async (id: Parameters<typeof findPerson>[1] | null): Promise<string> => {
    if (id === null) return 'the administrator';
    const known = names.get(id) ?? (await findPerson(read, id))?.login ?? id;
    names.set(id, known);
    return known;
  };
  const sessions = (await listBrowserSessions(read, 'everybody', limits.credentialsListed)).filter(
    session => !isOver(session, at),
  );
  const tokens = (await listApiTokens(read, 'everybody', limits.credentialsListed)).filter(
    token => token.revokedAt === null && token.expiresAt > at,
  );
  return [
    ...(await Promise.all(
      sessions.map(async ({ id, person, browser, createdAt, expiresAt, lastSeenAt }) =>
        entry('session', {
          ...{ name: id, since: createdAt, expiresAt, lastUsedAt: lastSeenAt },
          holder: `${await nameOf(person)}, ${browser}`,
          revoked: `paddock sessions end ${id}`,
        }),
      ),
    )),
    ...(await Promise.all(
      tokens.map(async ({ id, name, kind, maker, role, pattern, createdAt, expiresAt, lastUsedAt }) =>
        entry('api-token', {
          ...{ name: id, since: createdAt, expiresAt, lastUsedAt, scope: `${role} of ${pattern}` },
          holder: kind === 'program' ? `program ${name}` : `${await nameOf(maker)}, ${name}`,
          revoked: `paddock token revoke ${id}`,
        }),
      ),
    )),
    ...access.openLinks().map((expiresAt, n) => entry('one-time-link', { name: `link ${n + 1}`, expiresAt })),
  ];
}

async function hosts({ store: { read }, now }: CredentialParts): Promise<CredentialView[]> {
  const at = now();
  const open = await listOpenJoinTokens(read, at, limits.credentialsListed);
  const joined = (await listHosts(read)).slice(0, limits.credentialsListed);
  return [
    ...open.map(({ hostName, expiresAt }) =>
      entry('join-token', {
        ...{ name: hostName, since: expiresAt - limits.joinTokenMs, expiresAt },
        revoked: `paddock host remove ${hostName}`,
      }),
    ),
    ...joined.flatMap(({ id, name, lastSeenAt }) => [
      entry('host-login', {
        ...{ name: id, holder: `host ${name}`, lastUsedAt: lastSeenAt },
        // It was let in before it was seen last.
        expiresAt: lastSeenAt + limits.hostCredentialMs,
        revoked: `paddock host remove ${name}`,
      }),
      entry('image-token', {
        ...{ name: id, holder: `host ${name}` },
        expiresAt: (Math.floor(at / limits.imageTokenMs) + 2) * limits.imageTokenMs,
      }),
    ]),
  ];
}

async function machines({ store: { read } }: CredentialParts): Promise<CredentialView[]> {
  const live = (await listLiveMachines(read)).slice(0, limits.credentialsListed);
  return live.map(({ id, image, publicKey, createdAt, expiresAt }) =>
    entry(publicKey === null ? 'boot-ticket' : 'machine-login', {
      ...{ name: id, holder: `machine of ${image}`, since: createdAt, expiresAt },
    }),
  );
}

async function attempts({ store: { read }, blobs }: CredentialParts): Promise<CredentialView[]> {
  const running = await listRunningAttempts(read, limits.credentialsListed);
  const lists = await Promise.all(
    running.map(async ({ id, image, leasedAt, jobId }) => {
      const job = await findJob(read, jobId);
      if (!job) return [];
      const expiresAt = leasedAt + job.definition.deadlineMs + limits.uploadDeadlineMs + limits.tokenSlackMs;
      const facts = { holder: `attempt on ${image}`, since: leasedAt, expiresAt };
      const uploads = await blobs.uploads.ids(uploadsOf(id));
      return [
        entry('attempt-token', { ...facts, name: id, revoked: `paddock cancel ${jobId}` }),
        ...uploads.map(name => entry('upload-id', { ...facts, name })),
      ];
    }),
  );
  return lists.flat();
}

async function forgeTokens({ forge }: CredentialParts): Promise<CredentialView[]> {
  const held = (await forge?.app?.held()) ?? [];
  return held.map(({ installation, until }) =>
    entry('installation-token', { name: `installation ${installation}`, expiresAt: until }),
  );
}
