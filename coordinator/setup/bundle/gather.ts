/** What goes into a support bundle, before anything is taken out of it: from files, and from the coordinator that runs. */
import { readFile, statfs } from 'node:fs/promises';
import os from 'node:os';
import type { Diagnosis } from '#shared/diagnosis.ts';
import { limits } from '#shared/limits.ts';
import type { Config } from '../../config/config.ts';
import { maskConfig } from '../../config/mask-config.ts';
import { recentLogFiles } from '../../log-lines.ts';
import { migrations } from '../../store/migrate.ts';
import { schemaOf } from '../../store/schema-of.ts';
import { readVersion } from '../../version.ts';
import { readPlace } from '../../wiring/place-file.ts';
import { askPlace } from '../doctor/running.ts';

/** Name → text. */
export type Pieces = Map<string, string>;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Of a piece that could not be had stands why. */
async function piece(make: () => Promise<string>): Promise<string> {
  try {
    return await make();
  } catch (error) {
    return `could not be had: ${error instanceof Error ? error.message : String(error)}\n`;
  }
}

export async function gather(config: Config | null, diagnosis: Diagnosis): Promise<Pieces> {
  const pieces: Pieces = new Map([
    ['doctor.txt', doctorText(diagnosis)],
    ['version.json', json(versions())],
  ]);
  if (!config) return pieces;
  pieces.set('configuration.json', json(maskConfig(config)));
  pieces.set('migrations.json', await piece(async () => json(await schemaNow(config))));
  pieces.set('disk.json', await piece(async () => json(await diskOf(config.dataDir))));
  pieces.set('log.jsonl', await recentLines(config.dataDir));
  for (const [name, text] of await askRunning(config.dataDir)) pieces.set(name, text);
  return pieces;
}

const doctorText = ({ findings }: Diagnosis): string =>
  findings
    .map(({ state, about, text, remedy }) => `${state}\t${about}\t${text}${remedy ? `\t${remedy}` : ''}\n`)
    .join('');

/** Those of git and nats-server are findings of the doctor. */
const versions = () => ({
  paddock: readVersion(),
  node: process.version,
  system: `${os.type()} ${os.release()} ${os.arch()}`,
  cpus: os.cpus().length,
  memoryBytes: os.totalmem(),
});

const schemaNow = async ({ database }: Config) => ({
  database: database.type,
  schema: await schemaOf(database),
  known: migrations.map(({ number, name }) => ({ number, name })),
});

async function diskOf(dataDir: string) {
  const { bavail, blocks, bsize } = await statfs(dataDir);
  return { directory: dataDir, freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
}

/** Also of a coordinator that does not run any more. */
async function recentLines(dataDir: string): Promise<string> {
  const texts = await Promise.all(
    recentLogFiles(dataDir).map(file => readFile(file, 'utf8').catch(() => '')),
  );
  return texts
    .join('')
    .slice(-limits.bundleLogBytes)
    .replace(/^[^\n{][^\n]*\n/, '');
}

const questions = {
  'readiness.json': '/readyz',
  'metrics.txt': '/metrics',
  'system.json': '/api/v1/system',
  'pools.json': '/api/v1/pools',
  'hosts.json': '/api/v1/hosts',
  'machines.json': '/api/v1/machines',
  'images.json': '/api/v1/images',
} as const;

/** Nothing when none runs here. */
async function askRunning(dataDir: string): Promise<Pieces> {
  const place = await readPlace(dataDir);
  const token = place && (await readFile(place.adminTokenFile, 'utf8').catch(() => null));
  if (!place || token === null) return new Map();
  const answers = Object.entries(questions).map(async ([name, path]): Promise<[string, string]> => {
    const answer = await askPlace(place, path, { authorization: `Bearer ${token.trim()}` });
    return [name, answer?.body ?? 'could not be had: the coordinator does not answer\n'];
  });
  return new Map((await Promise.all(answers)).map(([name, text]) => [name, withoutWords(name, text)]));
}

/** What a suite or GitHub has said of a commit is for nobody who helps. */
function withoutWords(name: string, text: string): string {
  if (name !== 'system.json') return text;
  try {
    const { unsentWrites = [], ...system } = JSON.parse(text);
    const writes = unsentWrites.map(({ summary, message, ...write }: Record<string, unknown>) => write);
    return json({ ...system, unsentWrites: writes });
  } catch {
    return 'could not be had: the answer is no JSON\n';
  }
}
