/** Every secret that this computer can find of a coordinator, to be looked for in what leaves it. */
import { readFile } from 'node:fs/promises';
import type { Config } from '../../config/config.ts';
import { readKeyFiles } from '../../wiring/key-files.ts';

export async function knownSecrets(config: Config, environment: NodeJS.ProcessEnv): Promise<string[]> {
  const files = await Promise.all(
    (await readKeyFiles(config)).map(({ file }) => readFile(file.path, 'utf8').catch(() => '')),
  );
  const variables = config.secretOrigins.flatMap(origin =>
    'env' in origin ? (environment[origin.env] ?? []) : [],
  );
  const { key } = config.secrets;
  const root = key && 'env' in key ? [environment[key.env] ?? ''] : [];
  const database =
    config.database.type === 'postgres' ? [config.database.url, passwordIn(config.database.url)] : [];
  return [...files.flatMap(valuesIn), ...variables, ...root, ...database].filter(text => text !== '');
}

/** A file of one value, lines of PEM, or JSON with values in it. */
function valuesIn(text: string): string[] {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line.length >= 12);
  return [text.trim(), ...lines.filter(line => !line.startsWith('-----')), ...stringsIn(text)];
}

function stringsIn(text: string): string[] {
  return [...text.matchAll(/"([^"\\]{16,})"/g)].map(([, value = '']) => value);
}

function passwordIn(url: string): string {
  try {
    return decodeURIComponent(new URL(url).password);
  } catch {
    return ''; // not a URL: the whole is hidden all the same
  }
}
