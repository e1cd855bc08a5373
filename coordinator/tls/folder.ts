/**
 * What lies in `<data>/tls`. A key is in a file of mode 0600, with its certificate behind it: one file, replaced in one step,
 * so that nobody ever meets the key of one certificate beside another.
 *
 *   ca.key         the key of the authority: who has it can be this coordinator to every machine
 *   ca.pem         its certificate: what machines believe, and what browsers may be given
 *   server.pem     key, certificate and authority, for every name of this coordinator; made anew before it ends
 *   given.pem      key and chain of `paddock tls use`, if there is one
 *   given-ca.pem   who signed that, where machines are to believe it
 */
import { chmod, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFolder, readIfThere, replacePrivateFile } from '../bus/private-file.ts';
import { TlsError } from './errors.ts';
import { type Identity, identityFrom } from './identity.ts';
import type { Issued } from './make-certificate.ts';

export type TlsFiles = ReturnType<typeof tlsFiles>;

export function tlsFiles(dataDir: string) {
  const folder = join(dataDir, 'tls');
  return {
    folder,
    authorityKey: join(folder, 'ca.key'),
    authority: join(folder, 'ca.pem'),
    own: join(folder, 'server.pem'),
    given: join(folder, 'given.pem'),
    givenAuthority: join(folder, 'given-ca.pem'),
  };
}

/** Files of the folder that hold a key. */
export const secretFiles = ({ authorityKey, own, given }: TlsFiles): string[] => [authorityKey, own, given];

/** `authorities`: PEM of who signed it, for machines; null: people alone are shown it. */
export type Given = { identity: Identity; authorities: string | null };
export type Kept = { authority: Issued; own: Identity; given: Given | null };

/** Null: nothing was made yet. Throws `certificate-unusable`. */
export async function readKept(files: TlsFiles): Promise<Kept | null> {
  const [certificate, key, own] = await Promise.all(
    [files.authority, files.authorityKey, files.own].map(readIfThere),
  );
  if (certificate == null && key == null && own == null) return null;
  if (certificate == null || key == null || own == null)
    throw new TlsError(
      'certificate-unusable',
      `${files.folder} has lost one of its files; restore it from a backup, or make a new authority, which every host has to be told of: paddock tls init --new-authority`,
    );
  return { authority: { certificate, key }, own: identityIn(own, files.own), given: await readGiven(files) };
}

async function readGiven(files: TlsFiles): Promise<Given | null> {
  const text = await readIfThere(files.given);
  if (text === null) return null;
  return { identity: identityIn(text, files.given), authorities: await readIfThere(files.givenAuthority) };
}

const identityIn = (text: string, file: string): Identity =>
  identityFrom({ certificate: text, key: text }, { certificate: file, key: file });

export async function writeAuthority(files: TlsFiles, { certificate, key }: Issued): Promise<void> {
  await makePrivateFolder(files.folder);
  await replacePrivateFile(files.authorityKey, key);
  await replacePrivateFile(files.authority, certificate);
  // It is no secret, and is copied to browsers.
  await chmod(files.authority, 0o644);
}

export const writeOwn = (files: TlsFiles, { certificate, key }: Issued, authority: string): Promise<void> =>
  replacePrivateFile(files.own, `${key}${certificate}${authority}`);

/** The authority first: the two are two files, and with the newer one of it machines believe the older certificate too. */
export async function writeGiven(files: TlsFiles, { identity, authorities }: Given): Promise<void> {
  await makePrivateFolder(files.folder);
  if (authorities === null) await rm(files.givenAuthority, { force: true });
  else await replacePrivateFile(files.givenAuthority, authorities);
  await replacePrivateFile(files.given, `${identity.key}${identity.chain}`);
}

export async function removeGiven(files: TlsFiles): Promise<void> {
  await rm(files.given, { force: true });
  await rm(files.givenAuthority, { force: true });
}

/** As chmod has it, `600`; null: there is no such file. */
export const modeOf = (file: string): Promise<string | null> =>
  stat(file).then(
    ({ mode }) => (mode & 0o777).toString(8).padStart(3, '0'),
    () => null,
  );
