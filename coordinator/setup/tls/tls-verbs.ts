/** `paddock tls`: what lies in the data directory of the configuration is made, taken and shown. */
import { hostname } from 'node:os';
import path from 'node:path';
import type { TlsView } from '#shared/tls.ts';
import { type Config, loadConfig } from '../../config/config.ts';
import { expectedNames, expectedOfMachines, expectedOfPeople } from '../../tls/expected-names.ts';
import { removeGiven, tlsFiles } from '../../tls/folder.ts';
import { isCertificateName } from '../../tls/names.ts';
import { makeOwn } from '../../tls/own-certificate.ts';
import { useCertificate } from '../../tls/use-certificate.ts';
import { viewTls } from '../../tls/view.ts';

export type TlsPlace = { configFile: string | null; environment: NodeJS.ProcessEnv; directory: string };

/** Throws `name-malformed`, `certificate-unusable`, `not-writable`. */
export async function initTls(
  place: TlsPlace & { names: readonly string[]; isNew: boolean },
): Promise<TlsView> {
  const config = await configOf(place);
  const names = [...expectedNames(config), ...ownName(), ...place.names];
  await makeOwn(tlsFiles(config.dataDir), { names, now: Date.now(), isNew: place.isNew });
  return viewOf(config);
}

/** What this computer calls itself, if that can be a name. */
const ownName = (): string[] => [hostname().toLowerCase()].filter(isCertificateName);

/** Files are relative to the directory that the command was called in. Throws what `useCertificate` throws. */
export async function useTls(
  place: TlsPlace & { certificateFile: string; keyFile: string; authorityFile: string | null },
): Promise<TlsView> {
  const config = await configOf(place);
  const at = (file: string) => path.resolve(place.directory, file);
  const files = tlsFiles(config.dataDir);
  const names = [...expectedNames(config), ...ownName()];
  await makeOwn(files, { names, now: Date.now() });
  await useCertificate(files, {
    certificateFile: at(place.certificateFile),
    keyFile: at(place.keyFile),
    authorityFile: place.authorityFile === null ? null : at(place.authorityFile),
    expected: {
      people: expectedOfPeople(config),
      machines: expectedOfMachines(config, config.tls.includes('nats')),
    },
    now: Date.now(),
  });
  return viewOf(config);
}

/** Back to the certificate of the private authority. */
export async function dropGivenTls(place: TlsPlace): Promise<TlsView> {
  const config = await configOf(place);
  await removeGiven(tlsFiles(config.dataDir));
  return viewOf(config);
}

export const showTls = async (place: TlsPlace): Promise<TlsView> => viewOf(await configOf(place));

const configOf = ({ configFile, environment, directory }: TlsPlace): Promise<Config> =>
  loadConfig(configFile, environment, directory);

const viewOf = (config: Config): Promise<TlsView> => viewTls(config.dataDir, config, Date.now());
