/** What a machine is given for its job: chosen, opened, and noted before it is sent. */
import type { AttemptId, HostId, Instant, JobId, RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { bytesText } from '#shared/quantity-text.ts';
import { findHost } from '../store/hosts.ts';
import { logSecretsGiven } from '../store/secret-log.ts';
import { listSecretsFor, type StoredSecret } from '../store/secrets.ts';
import type { Store } from '../store/store.ts';
import { chooseSecrets } from './choose-secrets.ts';
import { SecretsError } from './errors.ts';
import type { Keyring } from './keyring.ts';

/** A job that has a machine. */
export type SecretsLease = {
  repository: string;
  isTrusted: boolean;
  stage: string;
  attempt: AttemptId;
  job: JobId;
  run: RunId;
  image: string;
  host: HostId;
};

/** Values by the names of variables. `withheld`: kept, and not for this machine. */
export type GivenSecrets = {
  variables: Record<string, string>;
  files: Record<string, string>;
  withheld: string[];
};

export type GiveParts = { store: Store; keyring: Keyring; now: () => Instant };

/**
 * Opens what the job may have. Repeating it for the same attempt notes nothing twice. Throws `SecretsError`: then the job
 * is given none, and must not run without them.
 */
export async function giveSecrets(
  { store, keyring, now }: GiveParts,
  lease: SecretsLease,
): Promise<GivenSecrets> {
  const { repository, isTrusted, stage, image, host } = lease;
  const kept = isTrusted ? await listSecretsFor(store.read, repository) : [];
  if (kept.length === 0) return { variables: {}, files: {}, withheld: [] };
  const labels = (await findHost(store.read, host))?.traits.labels ?? {};
  const { given, withheld } = chooseSecrets(kept, { isTrusted, repository, stage, image, labels });
  const values = await Promise.all(given.map(secret => keyring.open(secret)));
  refuseTooMuch(values);
  if (given.length > 0) await store.write(tx => logSecretsGiven(tx, given, lease, now()));
  const entries = given.map((secret, n) => ({ secret, value: values[n] ?? '' }));
  return {
    variables: byName(entries.filter(({ secret }) => secret.form === 'variable')),
    files: byName(entries.filter(({ secret }) => secret.form === 'file')),
    withheld,
  };
}

const byName = (entries: readonly { secret: StoredSecret; value: string }[]): Record<string, string> =>
  Object.fromEntries(entries.map(({ secret, value }) => [secret.name, value]));

function refuseTooMuch(values: readonly string[]): void {
  const bytes = values.reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  if (bytes <= limits.secretsOfJobBytes) return;
  throw new SecretsError(
    'secrets-too-large',
    `the secrets of one job have ${bytesText(bytes)} together, at most ${bytesText(limits.secretsOfJobBytes)} are given; remove some, or make them smaller`,
  );
}
