/** The git of a forge: a bare repository on loopback that may be pushed to, and what the stand-in hears of a push. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { serveGit } from '#coordinator/demo/git-server.ts';
import type { HookEvent } from '#coordinator/demo/github-stand-in/records.ts';
import type { Github } from '#coordinator/demo/github-stand-in/verbs.ts';
import { type CommitSha, commitSha } from '#shared/ids.ts';

export const repository = 'acme/rocket';

const alone = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' };

export type Branch = { name: string; files: Record<string, string>; on?: string };

export async function openBareForge(dir: string) {
  const directory = path.join(dir, `${repository}.git`);
  await mkdir(directory, { recursive: true });
  const git = async (args: string[], input = '') => {
    const running = promisify(execFile)('git', ['-C', directory, ...args], {
      env: { PATH: process.env.PATH, HOME: dir, ...alone },
    });
    running.child.stdin?.on('error', () => {}).end(input);
    return (await running).stdout.trim();
  };
  await git(['init', '--quiet', '--bare', '--initial-branch=main']);
  let pushes = 0;
  const server = await serveGit(dir, process.env.PATH, () => void pushes++);
  let seen = new Map<string, string>();

  const branches = async () =>
    new Map(
      (await git(['for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads']))
        .split('\n')
        .filter(Boolean)
        .map(line => line.split(' ') as [string, string]),
    );

  return {
    url: server.urlOf(`${repository}.git`),
    git,
    close: server.close,
    pushes: () => pushes,
    /** Commits on branches, each on top of `on`, in one go. @returns their shas by branch. */
    async make(...made: Branch[]): Promise<Map<string, CommitSha>> {
      await git(['fast-import', '--quiet', '--force'], made.map(importOf).join(''));
      return new Map([...(await branches())].map(([name, sha]) => [name, commitSha.parse(sha)]));
    },
    /** What the forge has heard of so far is no news any more. */
    async note(): Promise<void> {
      seen = await branches();
    },
    /** Every push refuses with these words; null: none does. */
    protect: (words: string | null) =>
      writeFile(
        path.join(directory, 'hooks/pre-receive'),
        words === null ? '#!/bin/sh\nexit 0\n' : `#!/bin/sh\necho '${words}' >&2\nexit 1\n`,
        { mode: 0o755 },
      ),
    /** Branches that have moved since: the stand-in moves them too, and answers what its hooks would send. */
    async tell(github: Github): Promise<HookEvent[]> {
      const now = await branches();
      const events: HookEvent[] = [];
      for (const [branch, after] of now) {
        const before = seen.get(branch);
        if (before === after) continue;
        const range = before ? [`${before}..${after}`] : [after];
        const shas = (await git(['rev-list', '--reverse', '--topo-order', ...range]))
          .split('\n')
          .filter(Boolean);
        const commits = (shas.length > 0 ? shas : [after]).map(sha => ({ sha }));
        events.push(...github.push({ repository, branch, commits }));
      }
      seen = now;
      return events;
    },
    commitsOf: async (range: string, ...flags: string[]) =>
      (await git(['rev-list', '--reverse', ...flags, range])).split('\n').filter(Boolean),
  };
}

/** `git fast-import`: one process for any number of commits. */
function importOf({ name, files, on }: Branch): string {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const head = [
    `commit refs/heads/${name}`,
    'committer Ada <ada@example.com> 1700000000 +0000',
    data(`Change of ${name}\n`) + (on ? `from refs/heads/${on}^0\n` : ''),
  ].join('\n');
  const changed = Object.entries(files).map(([file, text]) => `M 100644 inline ${file}\n${data(text)}`);
  return `${head}${changed.join('')}\n`;
}
