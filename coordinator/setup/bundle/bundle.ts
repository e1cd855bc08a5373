/** `paddock doctor --bundle`: what somebody needs to help, in one file, and nothing that they may not see. */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { create } from 'tar';
import type { Bundle } from '#shared/bundle.ts';
import type { Diagnosis } from '#shared/diagnosis.ts';
import type { Config } from '../../config/config.ts';
import { examineConfiguration } from '../doctor/configuration.ts';
import { type DoctorOptions, examine } from '../doctor/examine.ts';
import { gather, type Pieces } from './gather.ts';
import { knownSecrets } from './known-secrets.ts';
import { privateNames } from './private-names.ts';
import { createRedactor, type Redact } from './redact.ts';

export type BundleWish = DoctorOptions & {
  /** Null: one in the directory, by the time. */
  file: string | null;
  /** Names of private repositories may be in it. */
  hasNames: boolean;
};

export async function makeBundle(wish: BundleWish): Promise<Bundle & { diagnosis: Diagnosis }> {
  const diagnosis = await examine(wish);
  const { config } = await examineConfiguration(wish);
  const redact = config ? await redactorFor(config, wish) : createRedactor(nothing);
  const pieces = new Map([...(await gather(config, diagnosis))].map(([name, text]) => [name, redact(text)]));
  pieces.set('README.txt', readme(wish.hasNames));
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const file = path.resolve(wish.directory, wish.file ?? `paddock-support-${stamp}.tar.gz`);
  await pack(file, pieces);
  const entries = [...pieces].map(([name, text]) => ({ name, bytes: Buffer.byteLength(text) }));
  return { file, bytes: (await stat(file)).size, entries, diagnosis };
}

const nothing = { secrets: [], names: [], words: new Set<string>() };

async function redactorFor(config: Config, { environment, hasNames }: BundleWish): Promise<Redact> {
  return createRedactor({
    secrets: await knownSecrets(config, environment),
    names: hasNames ? [] : await privateNames(config),
    words: new Set(config.images.map(({ name }) => name.toLowerCase())),
  });
}

const readme = (hasNames: boolean): string =>
  `A support bundle of Paddock, made by \`paddock doctor --bundle\`.

Secrets that this computer knows, and whatever looks like one, were replaced by "(secret)".
${hasNames ? 'Names of private repositories are in it, as was asked for.' : 'Names of private repositories were replaced by "hidden/repository-1" and the like.'}
Names of hosts and images, folders of this computer and addresses are in it. Look through it before you hand it on.
`;

/** Nobody but its owner reads it. */
async function pack(file: string, pieces: Pieces): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'paddock-bundle-'));
  try {
    const inside = path.join(folder, 'paddock-support');
    await mkdir(inside);
    for (const [name, text] of pieces) await writeFile(path.join(inside, name), text, { mode: 0o600 });
    await writeFile(file, '', { mode: 0o600 });
    await create({ file, gzip: true, cwd: folder, portable: true }, ['paddock-support']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
