/** Keeping secrets: set, removed, given to jobs, wrapped under another key. Every change, and every giving, is noted with it. */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type {
  RootKeyRotated,
  RootKeyView,
  SecretDetail,
  SecretLogEntry,
  SecretLogQuery,
  SecretPlace,
  SecretSaved,
  SecretsView,
  SetSecret,
} from '#shared/secrets.ts';
import { forgetSecretLog, logSecretChange } from '../store/secret-log.ts';
import {
  countSecrets,
  findSecret,
  findSecretVersion,
  listRootsInUse,
  listSecretsFor,
  removeSecret,
  type SecretKey,
  type StoredSecret,
  saveSecret,
} from '../store/secrets.ts';
import type { Store, Tx } from '../store/store.ts';
import { fits } from './choose-secrets.ts';
import { newDataKey, sealValue } from './envelope.ts';
import { SecretRefused, SecretsError } from './errors.ts';
import { type GivenSecrets, giveSecrets, type SecretsLease } from './give-secrets.ts';
import { type Known, oddities, whyNotKept } from './judge-secret.ts';
import type { Keyring } from './keyring.ts';
import { type Rotation, rotateRootKey } from './rotate-key.ts';
import { viewSecret, viewSecretDetail, viewSecretLog, viewSecrets } from './view-secrets.ts';

export type SecretsParts = {
  store: Store;
  keyring: Keyring;
  /** What there is now that a secret may name. */
  known(): Promise<Known>;
  now: () => Instant;
};

export type Secrets = {
  /** Throws `SecretRefused` with what to do, and `SecretsError` where there is no key. */
  set(asked: SetSecret, by: string): Promise<SecretSaved>;
  remove(place: SecretPlace, by: string): Promise<void>;
  list(): Promise<SecretsView>;
  show(place: SecretPlace): Promise<SecretDetail>;
  log(query: SecretLogQuery): Promise<SecretLogEntry[]>;
  rotate(by: string): Promise<RootKeyRotated>;
  /** Throws `SecretsError`. */
  give(lease: SecretsLease): Promise<GivenSecrets>;
  /** Whether any is kept for jobs of this repository. */
  areKept(tx: Tx, fullName: string): Promise<boolean>;
  /** What is wrong with the keys, in a sentence; null when every secret can be opened. Goes on with a rotation that was interrupted. */
  lookAtKeys(): Promise<string | null>;
  /** Removes what of the log is too old, or too much. */
  forgetLog(): Promise<void>;
};

const keyOf = ({ repository, stage, name }: SecretPlace): SecretKey => ({ scope: repository, stage, name });

export function createSecrets(parts: SecretsParts): Secrets {
  const { store, keyring, now } = parts;
  let rotation: Promise<Rotation> | null = null;

  /** One at a time; who asks meanwhile is told of the one under way. */
  const rotate = (by: string): Promise<Rotation> => {
    rotation ??= rotateRootKey(parts, by).finally(() => {
      rotation = null;
    });
    return rotation;
  };

  return {
    async set(asked, by) {
      const refusal = whyNotKept(asked);
      if (refusal) throw new SecretRefused(refusal);
      const secret = await sealed(parts, asked, by);
      await store.write(tx => keep(tx, secret, by));
      return { secret: viewSecret(secret, null), warnings: oddities(asked, await parts.known(), fits) };
    },
    async remove(place, by) {
      const key = keyOf(place);
      await store.write(async tx => {
        const version = await findSecretVersion(tx, key);
        if (!(await removeSecret(tx, key))) throw unknown(place);
        await logSecretChange(tx, { ...key, version, at: now(), type: 'removed', by });
      });
    },
    async list() {
      const roots = (await listRootsInUse(store.read)).map(({ root }) => root);
      return { secrets: await viewSecrets(store.read), rootKey: await keyring.view(roots) };
    },
    async show(place) {
      const detail = await viewSecretDetail(store.read, keyOf(place));
      if (!detail) throw unknown(place);
      return detail;
    },
    log: query => viewSecretLog(store.read, query),
    async rotate(by) {
      const done = await rotate(by);
      return { fingerprint: done.fingerprint, rotated: done.rotated, message: rotationText(done) };
    },
    give: lease => giveSecrets(parts, lease),
    areKept: async (tx, fullName) => (await listSecretsFor(tx, fullName)).length > 0,
    async lookAtKeys() {
      try {
        if (await keyring.current.isRotating?.()) await rotate('a rotation that was interrupted');
      } catch (error) {
        if (error instanceof SecretsError) return error.message;
        throw error;
      }
      const roots = (await listRootsInUse(store.read)).map(({ root }) => root);
      return roots.length === 0 ? null : troubleText(await keyring.view(roots));
    },
    forgetLog: () =>
      store.write(tx => forgetSecretLog(tx, now() - limits.secretLogKeepMs, limits.secretLogRows)),
  };
}

/** Outside of any transaction: a key service may take its time. */
async function sealed(
  { store, keyring, now }: SecretsParts,
  asked: SetSecret,
  by: string,
): Promise<StoredSecret> {
  const key = keyOf(asked);
  const bound = { ...key, version: (await findSecretVersion(store.read, key)) + 1 };
  const dataKey = newDataKey();
  const wrapped = await keyring.current.wrap(dataKey, bound);
  const { form, images, labels } = asked;
  const envelope = { ...wrapped, sealed: sealValue(asked.value, dataKey, bound) };
  return { ...bound, form, images, labels, setBy: by, setAt: now(), envelope };
}

async function keep(tx: Tx, secret: StoredSecret, by: string): Promise<{ version: number }> {
  const isNew = (await findSecret(tx, secret)) === null;
  if (isNew && (await countSecrets(tx, secret.scope)) >= limits.secretsPerScope)
    throw new SecretRefused(
      `${secret.scope} has ${limits.secretsPerScope} secrets already; remove one first`,
    );
  if (!(await saveSecret(tx, secret)))
    throw new SecretRefused(`somebody has changed ${secret.name} at the same time; set it again`);
  await logSecretChange(tx, { ...secret, at: secret.setAt, type: 'set', by });
  return { version: secret.version };
}

const unknown = ({ repository, stage, name }: SecretPlace): SecretRefused =>
  new SecretRefused(
    `there is no secret ${name} of ${repository}${stage && ` (${stage} only)`}`,
    'unknown-secret',
  );

function troubleText({ missing, problem }: RootKeyView): string | null {
  if (missing.length === 0) return problem?.message ?? null;
  const keys = `the root ${missing.length === 1 ? 'key' : 'keys'} ${missing.join(', ')}`;
  const what = `secrets need ${keys}, and nobody here has it; jobs that are given them end as errored until it is back`;
  return problem ? `${what}: ${problem.message}` : what;
}

function rotationText({ fingerprint, rotated, retired, problems }: Rotation): string {
  const done = `${rotated === 1 ? '1 secret hangs' : `${rotated} secrets hang`} on the root key ${fingerprint} now`;
  const old = retired.length > 0 ? `; nothing needs ${retired.join(', ')} any more` : '';
  const left = problems.length > 0 ? `; ${problems.length} could not be opened: ${problems[0]}` : '';
  return done + old + left;
}
