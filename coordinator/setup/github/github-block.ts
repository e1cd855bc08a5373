/** The part of `paddock.yaml` that says how GitHub is reached: as text, or put into the file with its comments kept. */
import { lstat, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { Document, isCollection, isMap, parseDocument } from 'yaml';
import type { SecretSource } from '../../config/secret.ts';
import { GithubSetUpError } from './errors.ts';
import { replaceText } from './replace-text.ts';

export type GithubPart = {
  /** Null: github.com's. */
  api: string | null;
  appId: number;
  privateKeyFile: string;
  webhookSecretFiles: readonly string[];
  clientId: string;
  clientSecretFile: string;
};

type Plain = Record<string, unknown>;

function partOf(part: GithubPart): Plain {
  const { api, appId, privateKeyFile, webhookSecretFiles, clientId, clientSecretFile } = part;
  const secrets = webhookSecretFiles.map(file => ({ file }));
  return {
    ...(api === null ? {} : { api }),
    app: { id: appId, 'private-key': { file: privateKeyFile } },
    ...(secrets.length === 0 ? {} : { 'webhook-secrets': secrets }),
    'sign-in': { 'client-id': clientId, 'client-secret': { file: clientSecretFile } },
  };
}

/** What somebody copies into the file. */
export function blockText(part: GithubPart, url: string): string {
  const document = new Document({});
  document.set('url', url);
  putInto(document, part);
  return textOf(document);
}

function putInto(document: Document, part: GithubPart): void {
  const node = document.createNode(partOf(part));
  for (const item of node.items) if (isCollection(item.value)) item.value.flow = true;
  document.set('github', node);
}

/** Lines are as long as paths are. */
const textOf = (document: Document): string => document.toString({ lineWidth: 0 });

/**
 * Puts it into the file, which is made if there is none; the rest of it, comments included, stays. Throws `exists` when
 * GitHub is configured there and `mayReplace` does not say so, `configuration` for a file that is no mapping of YAML,
 * `not-writable`.
 */
export async function writeBlock(
  file: string,
  part: GithubPart,
  { url, mayReplace }: { url: string; mayReplace: boolean },
): Promise<void> {
  const { place, text } = await readOrNone(file);
  const document = openFor(file, text, mayReplace);
  if (!document.has('url')) document.set('url', url);
  putInto(document, part);
  await replaceText(place, textOf(document));
}

/** Whether `writeBlock` would do it; throws what it would. */
export async function checkBlock(file: string, mayReplace: boolean): Promise<void> {
  openFor(file, (await readOrNone(file)).text, mayReplace);
}

/** Names these secrets in the file, in this order. Throws like `writeBlock`. */
export async function writeSecretSources(file: string, sources: readonly SecretSource[]): Promise<void> {
  const { place, text } = await readOrNone(file);
  const document = parsed(file, text);
  document.setIn(['github', 'webhook-secrets'], document.createNode(sources, { flow: true }));
  await replaceText(place, textOf(document));
}

/** As it stands in the file. */
export const sourcesText = (sources: readonly SecretSource[]): string => {
  const document = new Document({});
  document.set('webhook-secrets', document.createNode(sources, { flow: true }));
  return textOf(document).trimEnd();
};

/** Where the file really is, and its text; none yet is an empty one. */
async function readOrNone(file: string): Promise<{ place: string; text: string }> {
  const isThere = await lstat(file).catch(() => null);
  if (!isThere) return { place: path.resolve(file), text: '' };
  try {
    const place = await realpath(file);
    return { place, text: await readFile(place, 'utf8') };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new GithubSetUpError('configuration', `${file} cannot be read (${code ?? message})`, { cause });
  }
}

function openFor(file: string, text: string, mayReplace: boolean): Document {
  const document = parsed(file, text);
  if (document.has('github') && !mayReplace)
    throw new GithubSetUpError('exists', `${file} says already how GitHub is reached; it was left as it is`);
  return document;
}

function parsed(file: string, text: string): Document {
  const document: Document = parseDocument(text);
  document.contents ??= document.createNode({});
  const [first] = document.errors;
  if (first || !isMap(document.contents))
    throw new GithubSetUpError(
      'configuration',
      `${file} cannot be changed: ${first?.message.split('\n')[0] ?? 'it holds no mapping'}; it was left as it is`,
    );
  return document;
}
