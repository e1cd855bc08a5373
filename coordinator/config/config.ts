/**
 * The configuration: one YAML file and the environment, parsed once, every problem reported at once with its place.
 * This is the only reader of `process.env` in a running coordinator. Nothing here has a default that is unsafe in
 * production: listeners are on loopback, images that isolate nothing serve no forge, webhooks without a secret are refused.
 * The descriptions are the guide's: `docs/configuration.md` is written from them.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { slug } from '#shared/ids.ts';
import { coversRepository, type ImageManifest, imageManifest } from '#shared/image-manifest.ts';
import { libvirtUri } from '#shared/libvirt-uri.ts';
import { limits } from '#shared/limits.ts';
import { type Isolation, isolation } from '#shared/machine.ts';
import { mirrorText } from '#shared/mirror.ts';
import { pool } from '#shared/pool.ts';
import type { Kept } from '#shared/retention.ts';
import { sizeMiB } from '#shared/size.ts';
import { suiteFile } from '#shared/suite-file.ts';
import type { ListenerName } from '#shared/tls.ts';
import { problemText, readYaml } from '../yaml/yaml.ts';
import { ConfigError } from './errors.ts';
import { type GithubConfig, github, resolveGithub } from './github.ts';
import { readImage, takeFiles } from './images.ts';
import { listen, listening } from './listen.ts';
import { mergeConfig } from './merging.ts';
import { type RetentionConfig, repositoryRetention, resolveRetention, retention } from './retention.ts';
import { type ReadSecret, type SecretOrigin, secretReader, secretSource } from './secret.ts';
import { resolveSecrets, type SecretsConfig, secretsConfig } from './secrets.ts';
import { resolveTracing, type TracingConfig, tracingConfig } from './tracing.ts';
import { trust } from './trust.ts';
import { webUrl } from './web-url.ts';

const MiB = 1024 * 1024;

const repositoryName = z.string().meta({ title: 'owner/name' });

const repositoryEntry = z.strictObject({
  name: repositoryName
    .regex(/^[\w.*-]+\/[\w.*-]+$/, 'expected owner/name or owner/*')
    .describe(
      'or a pattern such as `acme/*`, for which GitHub is asked what there is; an entry with the very name is stronger',
    ),
  branches: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('pull requests into these and pushes to them are tested; default: the default branch'),
  commits: z
    .enum(['supersede', 'every-commit'])
    .default('supersede')
    .describe(
      '`supersede`: a newer head of a pull request ends the jobs of the one before, at once; `every-commit`: each commit of a push is tested',
    ),
  landed: z
    .enum(['keep', 'supersede'])
    .default('keep')
    .describe(
      '`keep`: what has landed on a branch is never ended by what lands after it; `supersede`: its jobs end, on merge ones too, as soon as something newer has landed there',
    ),
  suite: suiteFile.optional().describe('for commits that carry no `.paddock.yml`'),
  merge: mergeConfig
    .optional()
    .describe(
      'pull requests that are asked to be merged are, once nothing stands against it; default: never',
    ),
  retention: repositoryRetention,
  secrets: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), secretSource)
    .default({})
    .describe(
      'variables of every step of trusted changes, blanked in logs; `paddock secret` says more of who is given what, and is stronger',
    ),
  trust,
});

const repository = repositoryEntry.refine(
  ({ commits, landed }) => commits !== 'every-commit' || landed !== 'supersede',
  {
    error: '`landed: supersede` would end what `commits: every-commit` asks for; leave one of them out',
    path: ['landed'],
  },
);

const imageEntry = z.union([z.string().min(1).meta({ title: 'folder' }), imageManifest]);

export const configFile = z.strictObject({
  data: z
    .string()
    .min(1)
    .optional()
    .describe(
      'directory of everything that is kept; default: `PADDOCK_DATA`, else `paddock` in `$XDG_STATE_HOME` or `~/.local/state`',
    ),
  listen,
  url: webUrl
    .optional()
    .describe(
      'how browsers reach the pages: what links in statuses begin with (`PADDOCK_PUBLIC_URL` is stronger); default: the address of `listen.people`',
    ),
  'machine-url': webUrl
    .optional()
    .describe(
      'how machines reach the machine listener and, on the same host, NATS; default: the addresses in `listen`',
    ),
  database: z
    .union([z.literal('sqlite'), z.strictObject({ postgres: secretSource.describe('its URL') })])
    .default('sqlite')
    .describe('`sqlite`: a file in the data directory'),
  github: github.optional(),
  repositories: z.array(repository).default([]),
  retention,
  secrets: secretsConfig,
  'allow-unisolated': z
    .array(repositoryName)
    .default([])
    .describe(
      'repositories (or patterns) whose changes may run on images that isolate nothing: the `process` driver, and commands that a host declares `none`',
    ),
  images: z
    .array(imageEntry)
    .default([])
    .describe('folders with an `image.yaml`, relative to this file, or what would stand in one'),
  pools: z
    .array(pool)
    .default([])
    .describe('how many machines; an image that is not named here has the defaults'),
  'local-host': z
    .union([
      z.literal(false),
      z.strictObject({
        name: slug.default('local').describe('of that host'),
        libvirt: libvirtUri
          .optional()
          .describe(
            'which libvirt makes its virtual machines; default: `qemu:///system` for root, else `qemu:///session`, where an image needs one',
          ),
        mirrors: z
          .array(mirrorText)
          .default([])
          .describe(
            'package mirrors that its virtual machines reach, where their image has an `egress`; also in private networks',
          ),
        command: z
          .strictObject({
            directory: z
              .string()
              .min(1)
              .describe('where `create`, `destroy` and `list` are, relative to this file'),
            isolation: isolation
              .default('none')
              .describe('what separates the machines that they make from each other and from this computer'),
          })
          .optional()
          .describe('your own executables that make machines; see docs/command-driver.md'),
        computers: z
          .string()
          .min(1)
          .optional()
          .describe(
            'a file, relative to this one, that names computers to reach by ssh; see docs/ssh-driver.md',
          ),
      }),
    ])
    .prefault({})
    .describe('the host agent that runs beside the coordinator; `false`: none'),
  tracing: tracingConfig.optional(),
  'log-limit': sizeMiB
    .prefault(`${limits.logBytes / MiB / 1024}GiB`)
    .describe('the largest log of one attempt; a job that prints more ends with that reason'),
  'log-level': z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('what the coordinator says of itself on stdout'),
});
export type ConfigFile = z.output<typeof configFile>;

export type RepositoryConfig = Omit<ConfigFile['repositories'][number], 'secrets'> & {
  secrets: Record<string, string>;
};

/** Everything resolved: folders read, secrets had, defaults in place. */
export type Config = {
  file: string | null;
  dataDir: string;
  listen: Pick<ConfigFile['listen'], ListenerName>;
  /** Those that speak TLS. */
  tls: ListenerName[];
  /** Those that may speak plain text wherever they listen, when that is said once more. */
  plainText: ListenerName[];
  url: string | null;
  machineUrl: string | null;
  database: { type: 'sqlite'; file: string } | { type: 'postgres'; url: string };
  github: GithubConfig | null;
  repositories: RepositoryConfig[];
  retention: RetentionConfig;
  secrets: SecretsConfig;
  /** Where those were read that the configuration names. */
  secretOrigins: SecretOrigin[];
  allowUnisolated: string[];
  images: ImageManifest[];
  /** Those files of images that lie on this computer: SHA-256 → absolute path. */
  imageFiles: ReadonlyMap<string, string>;
  pools: ConfigFile['pools'];
  localHost: {
    name: string;
    libvirt: string | null;
    /** Each as `name:port`. */
    mirrors: string[];
    /** The directory is absolute. */
    command: { directory: string; isolation: Isolation } | null;
    /** Absolute path of the file that names computers. */
    computers: string | null;
  } | null;
  /** Null: no traces are made. */
  tracing: TracingConfig | null;
  logLimitBytes: number;
  logLevel: ConfigFile['log-level'];
};

export type ConfigSource = { file: string | null; text: string; directory: string; env: NodeJS.ProcessEnv };

/** Finds and reads the file: `--config`, `PADDOCK_CONFIG`, or `paddock.yaml` here. Without one everything is default. */
export async function loadConfig(
  file: string | null,
  env: NodeJS.ProcessEnv,
  directory: string,
): Promise<Config> {
  const named = file ?? env.PADDOCK_CONFIG ?? null;
  const place = path.resolve(directory, named ?? 'paddock.yaml');
  const text = await readFile(place, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && named === null) return null;
    throw new ConfigError([`the configuration ${place} cannot be read (${error.code}); check the path`]);
  });
  return parseConfig({
    file: text === null ? null : place,
    text: text ?? '{}',
    directory: path.dirname(place),
    env,
  });
}

/** @throws ConfigError with every problem found. */
export async function parseConfig({ file, text, directory, env }: ConfigSource): Promise<Config> {
  const name = file ? path.basename(file) : 'paddock.yaml';
  const answer = readYaml(configFile, text, name);
  if ('problems' in answer) throw new ConfigError(answer.problems.map(problemText));
  const parsed = answer.ok;
  const problems: string[] = [];
  const secretOrigins: SecretOrigin[] = [];
  const secret = secretReader(env, directory, problems, secretOrigins);
  const { images, files: imageFiles } = await readImages(parsed.images, directory, problems);
  const dataDir = path.resolve(directory, parsed.data ?? dataDirOf(env));
  const config: Config = {
    file,
    dataDir,
    ...listening(parsed.listen),
    url: publicUrl(env, problems) ?? parsed.url ?? null,
    machineUrl: parsed['machine-url'] ?? null,
    database:
      parsed.database === 'sqlite'
        ? { type: 'sqlite', file: path.join(dataDir, 'paddock.db') }
        : { type: 'postgres', url: await secret('database.postgres', parsed.database.postgres) },
    github: parsed.github ? await resolveGithub(parsed.github, secret, problems) : null,
    repositories: await Promise.all(parsed.repositories.map(entry => resolveRepository(entry, secret))),
    retention: resolveRetention(parsed.retention),
    secrets: resolveSecrets(parsed.secrets, env, directory),
    secretOrigins,
    allowUnisolated: parsed['allow-unisolated'],
    images,
    imageFiles,
    pools: poolsFor(parsed.pools, images, name, problems),
    localHost: parsed['local-host'] ? localHostOf(parsed['local-host'], images, directory) : null,
    tracing: parsed.tracing ? await resolveTracing(parsed.tracing, secret) : null,
    logLimitBytes: parsed['log-limit'] * MiB,
    logLevel: parsed['log-level'],
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** The data directory when no configuration names one. */
export const dataDirOf = (env: NodeJS.ProcessEnv): string =>
  env.PADDOCK_DATA ??
  path.join(env.XDG_STATE_HOME ?? path.join(env.HOME ?? '.', '.local', 'state'), 'paddock');

function publicUrl({ PADDOCK_PUBLIC_URL: text }: NodeJS.ProcessEnv, problems: string[]): string | undefined {
  const { error } = webUrl.optional().safeParse(text);
  problems.push(...(error?.issues ?? []).map(({ message }) => `PADDOCK_PUBLIC_URL: ${message}`));
  return text;
}

async function resolveRepository(
  entry: ConfigFile['repositories'][number],
  secret: ReadSecret,
): Promise<RepositoryConfig> {
  const secrets = await Promise.all(
    Object.entries(entry.secrets).map(async ([name, source]) => [
      name,
      await secret(`secrets of ${entry.name}, ${name}`, source),
    ]),
  );
  return { ...entry, secrets: Object.fromEntries(secrets) };
}

async function readImages(
  entries: ConfigFile['images'],
  directory: string,
  problems: string[],
): Promise<{ images: ImageManifest[]; files: Map<string, string> }> {
  const images: ImageManifest[] = [];
  const files = new Map<string, string>();
  for (const entry of entries) {
    const read =
      typeof entry === 'string'
        ? await readImage(path.resolve(directory, entry), problems)
        : await takeFiles(entry, directory, problems);
    if (!read) continue;
    const { image } = read;
    for (const [sha256, file] of read.files) files.set(sha256, file);
    if (images.some(({ name }) => name === image.name)) problems.push(`images: ${image.name} is there twice`);
    else images.push(image);
  }
  return { images, files };
}

/** The libvirt that is asked where none is named. */
export const usualLibvirt = (): string => (process.getuid?.() === 0 ? 'qemu:///system' : 'qemu:///session');

function localHostOf(
  { name, libvirt, mirrors, command, computers }: Exclude<ConfigFile['local-host'], false>,
  images: readonly ImageManifest[],
  directory: string,
): Config['localHost'] {
  const isNeeded = images.some(({ machine }) => machine.driver === 'libvirt');
  return {
    name,
    libvirt: libvirt ?? (isNeeded ? usualLibvirt() : null),
    mirrors,
    command: command ? { ...command, directory: path.resolve(directory, command.directory) } : null,
    computers: computers === undefined ? null : path.resolve(directory, computers),
  };
}

/** Every image has a pool; one that is not written has the defaults. */
function poolsFor(
  written: ConfigFile['pools'],
  images: ImageManifest[],
  file: string,
  problems: string[],
): ConfigFile['pools'] {
  const unknown = written.filter(({ image }) => !images.some(({ name }) => name === image));
  problems.push(
    ...unknown.map(({ image }) => `${file}: pools names the image ${image}, which is not under images`),
  );
  const missing = images.filter(({ name }) => !written.some(({ image }) => image === name));
  return [...written, ...missing.map(({ name }) => pool.parse({ image: name }))];
}

/** The same configuration with these images and their default pools beside those it has. */
export const withImages = (config: Config, images: readonly ImageManifest[]): Config => ({
  ...config,
  images: [...config.images, ...images],
  pools: [...config.pools, ...images.map(({ name }) => pool.parse({ image: name }))],
});

/** The most exact entry for a repository: its own name before a pattern. */
export function repositoryConfig(
  config: Pick<Config, 'repositories'>,
  fullName: string,
): RepositoryConfig | null {
  const exact = config.repositories.find(({ name }) => name.toLowerCase() === fullName.toLowerCase());
  return exact ?? config.repositories.find(({ name }) => coversRepository(name, fullName)) ?? null;
}

export const configuredNames = ({ repositories }: Pick<Config, 'repositories'>): string[] =>
  repositories.map(({ name }) => name).filter(name => !name.includes('*'));

/** Such as `acme/*`. */
export const configuredPatterns = ({ repositories }: Pick<Config, 'repositories'>): string[] =>
  repositories.map(({ name }) => name).filter(name => name.includes('*'));

/** Pull requests into these are tested, and what is pushed to them. */
export const testedBranches = ({ branches }: RepositoryConfig, defaultBranch: string): string[] =>
  branches ?? [defaultBranch];

/** How long the logs or artifacts of a repository are kept. */
export function keptOf(
  config: Pick<Config, 'repositories' | 'retention'>,
  fullName: string,
  kind: 'logs' | 'artifacts',
): Kept {
  const own = repositoryConfig(config, fullName)?.retention?.[kind];
  return own === undefined ? config.retention.days[kind] : own;
}

export const mayRunUnisolated = (config: Pick<Config, 'allowUnisolated'>, fullName: string): boolean =>
  config.allowUnisolated.some(pattern => coversRepository(pattern, fullName));
