/** What `paddock run` was pointed at: which commit of which repository, and what of it will not be tested. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { StartRun } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { cut } from '#shared/words.ts';
import { CliError } from './errors.ts';
import { nameOf, resolveLocal } from './local-repository.ts';
import { isRemote, resolveRemote } from './remote-repository.ts';
import { texts } from './texts.ts';

export type Subject = {
  request: Pick<StartRun, 'repository' | 'name' | 'commit' | 'ref' | 'title' | 'author'>;
  /** Whether only a coordinator on this computer can read it. */
  isLocal: boolean;
  /** Changed and unknown files of the checkout, when its head is tested and they are not in it. */
  leftOut: { dirtyFiles: string[]; untrackedFiles: string[] };
};

const nothing = { dirtyFiles: [], untrackedFiles: [] };
const authorChars = 200;

/** @throws CliError */
export async function resolveSubject(
  target: string,
  commit: string | undefined,
  { environment, directory }: { environment: NodeJS.ProcessEnv; directory: string },
): Promise<Subject> {
  const place = path.resolve(directory, target);
  return isRemote(target) && !existsSync(place)
    ? remoteSubject(target, commit, environment)
    : localSubject(place, commit, environment);
}

async function localSubject(
  place: string,
  commit: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<Subject> {
  const found = await resolveLocal(place, commit, environment);
  const { cloneUrl, headSha, branch, title, author, dirtyFiles, untrackedFiles, originName } = found;
  return {
    request: {
      repository: cloneUrl,
      name: originName ?? nameOfDirectory(cloneUrl),
      commit: headSha,
      ref: commit === undefined && branch ? `refs/heads/${branch}` : 'HEAD',
      title: cut(title, limits.titleChars),
      author: cut(author, authorChars),
    },
    isLocal: true,
    leftOut: commit === undefined ? { dirtyFiles, untrackedFiles } : nothing,
  };
}

const nameOfDirectory = (directory: string): string =>
  path.basename(directory).replace(/\.git$/, '') || 'repository';

async function remoteSubject(
  url: string,
  revision = 'HEAD',
  environment: NodeJS.ProcessEnv,
): Promise<Subject> {
  if (URL.canParse(url) && new URL(url).password !== '')
    throw new CliError('usage', texts.secretInUrl, texts.hints.runTarget);
  const { commit, ref } = await resolveRemote(url, revision, environment);
  const name = nameOf(url);
  return {
    request: { repository: url, commit, ref, ...(name === null ? {} : { name }) },
    isLocal: false,
    leftOut: nothing,
  };
}
