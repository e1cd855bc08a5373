/**
 * Which coordinator a verb talks to, and with what token: `--coordinator` or PADDOCK_URL, else the one that runs on this
 * computer, which leaves its addresses in its data directory: it is asked here, not through the proxy that other people
 * come by. A token goes only to the coordinator it belongs to: PADDOCK_TOKEN to one that is named and runs elsewhere.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import * as z from 'zod';
import { CliError } from './errors.ts';
import { texts } from './texts.ts';

export type AddressOptions = { coordinator?: string | undefined; tokenFile?: string | undefined };
export type Address = {
  url: string;
  token: string | null;
  /** Whether it can read this computer's disk: it runs here, or behind a tunnel, where it will say so itself. */
  isHere: boolean;
};

const place = z.object({
  peopleUrl: z.url(),
  localUrl: z.url(),
  authority: z.string().nullable().default(null),
  adminTokenFile: z.string(),
  pid: z.number().int().positive(),
});
type Place = z.infer<typeof place>;

/** Null when none is named and none runs here. */
export async function findCoordinator(
  options: AddressOptions,
  env: NodeJS.ProcessEnv,
): Promise<Address | null> {
  const named = options.coordinator ?? (env.PADDOCK_URL || undefined);
  const tokenFile = options.tokenFile ?? (env.PADDOCK_TOKEN_FILE || undefined);
  const local = await findLocal(await dataDirectory(env));
  if (named === undefined && local === null) return null;
  const url = named === undefined ? (local?.localUrl ?? '') : webAddress(named);
  const isOwn = local !== null && [local.localUrl, local.peopleUrl].some(known => isSameOrigin(known, url));
  const own = isOwn ? local : null;
  if (own?.authority) believe(own.authority);
  const file = tokenFile ?? own?.adminTokenFile;
  const carried = own === null && options.tokenFile === undefined ? (env.PADDOCK_TOKEN ?? '').trim() : '';
  const token = carried
    ? checked(carried, 'PADDOCK_TOKEN')
    : file === undefined
      ? null
      : await readToken(file);
  // What this computer says to itself stays in it, whatever the address is.
  if (token !== null && url !== local?.localUrl) requirePrivateChannel(url);
  return { url, token, isHere: own !== null || isLoopback(url) };
}

/** The same, for verbs that cannot do without one. */
export async function requireCoordinator(options: AddressOptions, env: NodeJS.ProcessEnv): Promise<Address> {
  const found = await findCoordinator(options, env);
  if (found) return found;
  throw new CliError('no-coordinator', texts.noCoordinator(await dataDirectory(env)), texts.hints.up);
}

/**
 * As the configuration has it: what PADDOCK_CONFIG says, else PADDOCK_DATA, else the usual place. A `paddock.yaml` that
 * only lies in the current directory is not asked: a stranger's checkout must not say where to read a token.
 */
async function dataDirectory(env: NodeJS.ProcessEnv): Promise<string> {
  const usual = path.join(env.XDG_STATE_HOME ?? path.join(env.HOME ?? '.', '.local', 'state'), 'paddock');
  const written = env.PADDOCK_CONFIG ? await writtenIn(path.resolve(env.PADDOCK_CONFIG)) : null;
  return written ?? path.resolve(env.PADDOCK_DATA ?? usual);
}

async function writtenIn(file: string): Promise<string | null> {
  try {
    const { parse } = await import('./parse-yaml.ts');
    const { data } = z
      .object({ data: z.string().optional() })
      .parse(parse(await readFile(file, 'utf8')) ?? {});
    return data === undefined ? null : path.resolve(path.dirname(file), data);
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new CliError('usage', texts.badConfigFile(file, why), texts.hints.doctor, { cause });
  }
}

/** The coordinator of this data directory, if its process lives. */
async function findLocal(dataDir: string): Promise<Place | null> {
  const text = await readFile(path.join(dataDir, 'coordinator.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  const read = place.safeParse(parseJson(text));
  return read.success && isAlive(read.data.pid) ? read.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // half a file is no address: the coordinator writes it whole, so this is not one of its own
  }
}

/** A killed coordinator leaves its file behind. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function webAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new CliError('usage', texts.badAddress(text), texts.hints.address);
  return text.replace(/(?<!\/)\/+$/, '');
}

/**
 * The authority of the coordinator whose files this user may read, besides those that everybody believes: nobody else has
 * heard of it. For this process, and from now on.
 */
const believe = (authority: string): void =>
  setDefaultCACertificates([...getCACertificates('default'), authority]);

const isSameOrigin = (a: string, b: string): boolean => new URL(a).origin === new URL(b).origin;

async function readToken(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new CliError('token', texts.tokenUnreadable(file, cause.code ?? cause.message), texts.hints.token, {
      cause,
    });
  });
  return checked(text.trim(), file);
}

function checked(token: string, place: string): string {
  if (/^[\w.~+/=-]{1,512}$/.test(token)) return token;
  throw new CliError('token', texts.tokenMalformed(place), texts.hints.token);
}

/** Whoever is on the way could read the token and be the administrator. */
function requirePrivateChannel(url: string): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !isLoopback(url))
    throw new CliError('token', texts.tokenInPlainText(hostname), texts.hints.tunnel);
}

export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
