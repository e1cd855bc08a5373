/**
 * Who this host is: a key made here, and the credential that the coordinator gave for it. Renewing is enrolling again
 * with the same key, which the coordinator knows by then; the join token goes along because the message has one.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type HostId, hostId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { splitJoinToken } from '#shared/tls.ts';
import { enrolOnce } from '../credentials/enrol.ts';
import { EnrolmentFailed } from '../credentials/errors.ts';
import type { UserKey } from '../credentials/user-key.ts';
import { authoritiesIn } from './believed.ts';
import {
  openKey,
  readCredential,
  readJoinToken,
  type StoredCredential,
  writeCredential,
} from './credential-file.ts';
import { ConfigurationInvalid, messageOf } from './errors.ts';
import type { Log } from './log.ts';
import type { StateDirectory } from './state-directory.ts';

export type Credential = {
  readonly host: HostId;
  readonly key: UserKey;
  /** PEM of whom this host believes for its coordinator; null: the usual authorities. */
  readonly authorities: string | null;
  natsUrl(): string;
  jwt(): string;
  /** Milliseconds until two thirds of its life are over; negative when they are. */
  renewalDueIn(): number;
  /** Enrols again and stores the answer. Throws `EnrolmentFailed`. */
  renew(signal: AbortSignal): Promise<void>;
};

export type CredentialParts = {
  state: Pick<StateDirectory, 'key' | 'credential'>;
  enrolUrl: string;
  joinTokenFile: string | null;
  log: Log;
  signal: AbortSignal;
};

type Enrol = (signal: AbortSignal) => Promise<StoredCredential>;

/**
 * The credential of the state directory, or of a first enrolment, which is tried until it works or is refused. A join
 * token other than the stored one is tried once: so an admin lets a removed host in again. Throws `EnrolmentFailed`,
 * `ConfigurationInvalid`, `StateUnusable`, `KeyUnreadable`, or the signal's reason.
 */
export async function openCredential(parts: CredentialParts): Promise<Credential> {
  const { state, enrolUrl, joinTokenFile, log, signal } = parts;
  const known = await readCredential(state.credential);
  const given = await readJoinToken(joinTokenFile, known === null);
  const { token, authorities } = given === null ? asKnown(known) : asGiven(given);
  if (authorities !== null) requireTls(enrolUrl);
  const key = await openKey(state.key);
  const enrol: Enrol = async signal => {
    const answer = await enrolOnce({
      ...{ enrolUrl, token, publicKey: key.publicKey, signal },
      way: { gateway: null, authorities },
    });
    const stored = {
      ...answer,
      v: 1 as const,
      id: hostIdIn(answer.id),
      token,
      authorities,
      obtainedAt: Date.now(),
    };
    await writeCredential(state.credential, stored);
    return stored;
  };
  const isNew = known === null || known.token !== token || known.authorities !== authorities;
  const current = isNew ? await enrolFirst(known, enrol, log, signal) : known;
  return credentialOf(key, current, enrol);
}

/** Whoever is on the way could take the token, and be the coordinator. What stays in this computer may be plain. */
function requireTls(enrolUrl: string): void {
  const { protocol, hostname } = new URL(enrolUrl);
  if (protocol === 'https:' || /^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})$/.test(hostname)) return;
  throw new ConfigurationInvalid(
    `the join token says whom to believe, so that its coordinator speaks TLS, and ${enrolUrl} begins with http; nothing was sent: copy the whole line that \`paddock host add\` printed`,
  );
}

type Told = { token: string; authorities: string | null };

const asKnown = (known: StoredCredential | null): Told => ({
  token: known?.token ?? '',
  authorities: known?.authorities ?? null,
});

/** Whom to believe comes with the token, from whoever made it: never over the network. */
function asGiven(text: string): Told {
  const { token, authorities } = splitJoinToken(text);
  return { token, authorities: authorities === null ? null : authoritiesIn(authorities) };
}

function hostIdIn(id: string): HostId {
  const parsed = hostId.safeParse(id);
  if (parsed.success) return parsed.data;
  throw new EnrolmentFailed('the token is a boot ticket of a machine, not a join token of a host', {
    isPermanent: true,
  });
}

async function enrolFirst(
  known: StoredCredential | null,
  enrol: Enrol,
  log: Log,
  signal: AbortSignal,
): Promise<StoredCredential> {
  for (let waitMs: number = limits.retryFirstMs; ; waitMs = Math.min(waitMs * 2, limits.hostSilenceMs)) {
    try {
      return await enrol(signal);
    } catch (error) {
      if (!(error instanceof EnrolmentFailed)) throw error;
      if (!known && error.isPermanent) throw error;
      log('warn', messageOf(error), {
        next: known ? 'the stored credential is used' : `tried again in ${waitMs} ms`,
      });
      if (known) return known;
    }
    await pause(waitMs, undefined, { signal });
  }
}

function credentialOf(key: UserKey, first: StoredCredential, enrol: Enrol): Credential {
  let current = first;
  return {
    host: first.id,
    key,
    authorities: first.authorities,
    natsUrl: () => current.natsUrl,
    jwt: () => current.jwt,
    renewalDueIn: () => current.obtainedAt + ((current.expiresAt - current.obtainedAt) * 2) / 3 - Date.now(),
    renew: async signal => {
      const renewed = await enrol(signal);
      if (renewed.id !== first.id)
        throw new EnrolmentFailed(
          `the coordinator knows this host as ${renewed.id} now, not as ${first.id}; restart the host agent`,
          { isPermanent: true },
        );
      current = renewed;
    },
  };
}
