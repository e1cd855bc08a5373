/** Where a set-up on this computer leaves things, by what is configured already. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { configFile, dataDirOf } from '../../config/config.ts';
import { readYaml } from '../../yaml/yaml.ts';

export type SetUpPlace = {
  /** Absolute; the file need not be there yet. */
  configFile: string;
  /** For the secrets: in the data directory. */
  directory: string;
  /** As it is configured. */
  url: string | null;
};

/** A configuration that cannot be read says nothing here; what is wrong with it is told where it is used. */
export async function findSetUpPlace(options: {
  configFile: string | null;
  environment: NodeJS.ProcessEnv;
  directory: string;
}): Promise<SetUpPlace> {
  const { environment } = options;
  const file = path.resolve(
    options.directory,
    options.configFile ?? environment.PADDOCK_CONFIG ?? 'paddock.yaml',
  );
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const read = readYaml(configFile, text, path.basename(file));
  const { data, url = null } = 'ok' in read ? read.ok : {};
  const dataDir = path.resolve(path.dirname(file), data ?? dataDirOf(environment));
  return { configFile: file, directory: path.join(dataDir, 'github'), url };
}
