/** A stand-in with one repository, without a network: for tests of what its webhooks say. */
import { bindVerbs, type Github } from '#coordinator/demo/github-stand-in/verbs.ts';
import { createWorld } from '#coordinator/demo/github-stand-in/world.ts';
import { type CommitSha, commitSha } from '#shared/ids.ts';

export const fullName = 'octo/app';

/** A commit that is called by a number. */
export const shaOf = (number: number): CommitSha =>
  commitSha.parse((0xa0_00_00_00 + number).toString(16).repeat(5));

/** `octo/app` with `main` at commit 0 and `fix` at commit 1; each act happens a second after the one before. */
export function createSmallGithub(): Github {
  let seconds = 1_700_000_000;
  const links = { api: 'http://127.0.0.1:1', html: 'http://127.0.0.1:1' };
  const github = bindVerbs(createWorld(links, () => seconds++ * 1_000));
  github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/octo/app.git', head: shaOf(0) });
  github.push({ repository: fullName, branch: 'fix', commits: [{ sha: shaOf(1) }] });
  return github;
}
