/** Addresses of repositories, names of refs, and what a commit may hold that git would do something with. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect } from 'vitest';
import { usualWay } from '#agent/credentials/route.ts';
import { branchName } from '#agent/guest/source/branch-name.ts';
import { fetchSource } from '#agent/guest/source/fetch-source.ts';
import { checkCloneUrl } from '#coordinator/source/clone-url.ts';
import { SourceError } from '#coordinator/source/errors.ts';
import type { CommitSha } from '#shared/ids.ts';
import { startGitMirror } from '#test/agent/guest/support/git-mirror.ts';
import {
  ensure,
  type Lab,
  missingCommit,
  openLab,
  repository,
  unhurried,
} from '#test/coordinator/source/lab.ts';
import { attacksOn } from '../support/attack.ts';

const attack = attacksOn('git and addresses');
const strict = { allowLocal: false, allowSsh: false };

let lab: Lab;
let loot: string;
beforeEach(async () => {
  lab = await openLab();
  loot = join(lab.dir, 'loot');
});
afterEach(() => lab.close());

const urls: [goal: string, address: (loot: string) => string][] = [
  ['runs a command (ext::)', at => `ext::sh -c touch%20${at}`],
  ['runs a command (an option in its place)', at => `--upload-pack=touch ${at}`],
  ['runs a command (a proxy of ssh)', at => `ssh://-oProxyCommand=touch%20${at}/r`],
  ['reads the disk of the coordinator (file:)', () => 'file:///etc'],
  ['reads the disk of the coordinator (a path)', () => '/etc'],
  ['reads the metadata of a cloud', () => 'http://169.254.169.254/latest/meta-data'],
  ['reads the metadata of a cloud (a number)', () => 'http://2852039166/latest/meta-data'],
  ['reads the metadata of a cloud (octal)', () => 'http://0251.0376.0251.0376/latest'],
  ['reads the metadata of a cloud (hexadecimal, by git:)', () => 'git://0xa9fea9fe/latest'],
  ['reads the metadata of a cloud (IPv6 in disguise)', () => 'http://[::ffff:169.254.169.254]/latest'],
  ['reaches the wire of the coordinator', () => 'http://[fe80::1]/r.git'],
  ['logs in as somebody', () => 'https://user:password@example.com/r.git'],
  ['ends a line and begins a setting', () => 'https://example.com/r\n[core]'],
];

for (const [goal, address] of urls)
  attack(`the address of a repository ${goal}`, 'stranger', async () => {
    const url = address(loot);
    expect(checkCloneUrl(url, strict)).toHaveProperty('refused');
    const mirrors = lab.mirrors({ policy: strict });
    await expect(ensure(mirrors, url, missingCommit)).rejects.toMatchObject({ code: 'url-refused' });
    expect(existsSync(loot)).toBe(false);
    return 'url-refused, before git';
  });

for (const [goal, addresses] of [
  ['to the metadata of a cloud', ['169.254.169.254']],
  ['to the metadata of a cloud, beside an honest address', ['140.82.121.4', 'fd00:ec2::254']],
  ['to a service of the coordinator itself', ['127.0.0.1']],
  ['to the coordinator itself, in disguise', ['::ffff:127.0.0.1']],
  ['to the wire of the coordinator', ['fe80::1']],
] as const)
  attack(`a name of a stranger leads ${goal}`, 'stranger', async () => {
    const visits: (string | undefined)[] = [];
    const { port } = new URL(await lab.listen(request => void visits.push(request.url)));
    const asked: string[] = [];
    const lookup = async (name: string) => {
      asked.push(name);
      return [...addresses];
    };
    const mirrors = lab.mirrors({ policy: strict, environment: { PATH: process.env.PATH }, lookup });
    const url = `http://innocent.example:${port}/r.git`;
    const refused = await ensure(mirrors, url, missingCommit).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'url-refused', permanent: true });
    for (const address of addresses) expect(String(refused)).not.toContain(address);
    expect([asked, visits]).toEqual([['innocent.example'], []]);
    return 'url-refused, before git; the sentence names no address';
  });

attack('a name means the coordinator itself as soon as it was looked at', 'stranger', async () => {
  const visits: (string | undefined)[] = [];
  const { port } = new URL(
    await lab.listen((request, response) => {
      visits.push(request.headers.host);
      response.writeHead(404).end();
    }),
  );
  // What git would find by itself is nothing; it goes where it was told, and nowhere else.
  const mirrors = lab.mirrors({
    policy: strict,
    environment: { PATH: process.env.PATH },
    forgeHosts: ['forge.invalid'],
    lookup: async () => ['127.0.0.1'],
  });
  const url = `http://forge.invalid:${port}/r.git`;
  await expect(ensure(mirrors, url, missingCommit)).rejects.toMatchObject({ code: 'repository-not-found' });
  expect(visits).toEqual([`forge.invalid:${port}`]);
  return 'git uses the addresses that were judged, and asks no name service';
});

attack('a repository without end fills the disk of the coordinator', 'stranger', async () => {
  const origin = await lab.origin();
  const noise = Object.fromEntries(
    Array.from({ length: 120 }, (_, n) => [`f${n}`, randomBytes(16 * 1024)] as const),
  );
  const commit = await origin.commit(noise);
  const small = lab.mirrors({ packBytes: 256 * 1024 });
  await expect(ensure(small, origin.path, commit)).rejects.toMatchObject({
    code: 'pack-too-large',
    permanent: true,
  });
  const one = await origin.commit({ large: randomBytes(512 * 1024) });
  await expect(ensure(small, origin.path, one)).rejects.toMatchObject({ code: 'pack-too-large' });
  const left = await readdir(join(small.directoryOf(repository), 'objects'), { recursive: true });
  expect(left.filter(name => name.includes('tmp_'))).toEqual([]);
  await ensure(lab.mirrors(), origin.path, commit);
  return 'pack-too-large; nothing of it is left, and a mirror with room takes it';
});

for (const [goal, place] of [
  ['to the metadata of a cloud', 'http://169.254.169.254/latest/meta-data'],
  ['to a service of the coordinator itself', 'http://127.0.0.1:1/'],
  ['to a file', 'file:///etc/passwd'],
  ['to a command', 'ext::sh -c id'],
] as const)
  attack(`a forge sends the fetch on ${goal}`, 'network', async () => {
    const visits: (string | undefined)[] = [];
    const url = await lab.listen((request, response) => {
      visits.push(request.url);
      response.writeHead(302, { location: place }).end();
    });
    await expect(ensure(lab.mirrors(), `${url}/r.git`, missingCommit)).rejects.toBeInstanceOf(SourceError);
    expect(visits).toEqual(['/r.git/info/refs?service=git-upload-pack']);
    return 'repository-moved; nothing is followed';
  });

attack('the name of a ref becomes an option of git', 'pull request', async () => {
  for (const ref of [
    '--upload-pack=id',
    '-f',
    '-',
    'refs/heads/-b',
    'refs/heads/--orphan',
    'a..b',
    'a@{1}',
    'a\nb',
    '.git/x',
    'HEAD',
  ])
    expect([ref, branchName(ref)]).toEqual([ref, null]);
  const origin = await lab.origin();
  await origin.commit({ a: '1' });
  const wish = {
    repository,
    cloneUrl: origin.path,
    commit: missingCommit,
    ref: `--upload-pack=touch ${loot}`,
  };
  await expect(lab.mirrors().ensureCommit(wish, unhurried)).rejects.toBeInstanceOf(SourceError);
  expect(existsSync(loot)).toBe(false);
  return 'no branch is made of it, and it is not asked for';
});

attack('the name of a file becomes an option of git', 'pull request', async () => {
  const origin = await lab.origin();
  const commit = await origin.commit({ '--output=loot': 'x', '-rf': 'x', '.paddock.yml': 'version: 1' });
  const mirrors = lab.mirrors();
  await ensure(mirrors, origin.path, commit);
  expect(await mirrors.readFile(repository, commit, '--output=loot', 100)).toEqual(Buffer.from('x'));
  const next = await origin.commit({ '--output=loot': 'y' });
  await ensure(mirrors, origin.path, next);
  const difference = { from: commit, to: next, isSinceFork: false };
  expect(await mirrors.changedFiles(repository, difference, unhurried)).toMatchObject({
    type: 'files',
    files: ['--output=loot'],
  });
  expect(existsSync('loot')).toBe(false);
  return 'it is a name';
});

/** A commit whose tree has an entry that git's own commands would not make. */
async function evilTree(name: string, mode = '100644') {
  const origin = await lab.origin();
  await origin.commit({ a: '1' });
  const evil = lab.freshPath('tree');
  const kind = mode === '40000' ? 'HEAD^{tree}' : 'HEAD:a';
  const id = await origin.git('rev-parse', kind);
  await writeFile(evil, Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]));
  const tree = await origin.git('hash-object', '-t', 'tree', '-w', '--literally', evil);
  return { origin, commit: (await origin.git('commit-tree', '-m', 'evil', tree)) as CommitSha };
}

for (const name of ['.git', '.GIT', '.Git', 'git~1', '.g\u200cit', '..', '.', 'a/b'])
  attack(
    `a tree has an entry ${JSON.stringify(name)}, to write into the repository itself`,
    'pull request',
    async () => {
      const { origin, commit } = await evilTree(name, '40000');
      await expect(ensure(lab.mirrors(), origin.path, commit)).rejects.toMatchObject({
        code: 'source-damaged',
      });
      return 'source-damaged, by fsck';
    },
  );

attack('a submodule names an address that runs a command', 'pull request', async () => {
  const origin = await lab.origin();
  const modules = `[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch ${loot}\n`;
  const commit = await origin.commit({ '.gitmodules': modules });
  await expect(ensure(lab.mirrors(), origin.path, commit)).rejects.toMatchObject({ code: 'source-damaged' });
  return 'source-damaged, by fsck';
});

const run = promisify(execFile);

/** Lays a commit out as a guest does, by git and as an archive. */
async function layOut(
  files: { path: string; text?: string; mode?: number; link?: string }[],
  prefer: 'git' | 'archive',
) {
  const mirror = await startGitMirror();
  const directory = await mkdtemp(join(tmpdir(), 'paddock-laid-out-'));
  const workspace = join(directory, 'checkout');
  await mkdir(workspace);
  const env = { PATH: process.env.PATH ?? '', HOME: directory };
  const commit = mirror.commit(files);
  await fetchSource({
    source: mirror.source(commit, { prefer }),
    workspace,
    env,
    hasGit: true,
    way: usualWay,
    log: () => {},
    signal: unhurried,
  });
  return {
    workspace,
    close: async () => {
      await mirror.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

for (const prefer of ['git', 'archive'] as const)
  attack(
    `attributes, hooks and filters of a commit run while it is laid out by ${prefer}`,
    'pull request',
    async () => {
      const laid = await layOut(
        [
          { path: '.gitattributes', text: '* filter=evil diff=evil merge=evil\n*.lfs filter=lfs\n' },
          {
            path: '.gitconfig',
            text: `[filter "evil"]\n\tsmudge = touch ${loot}\n[core]\n\thooksPath = hooks\n`,
          },
          { path: 'hooks/post-checkout', text: `#!/bin/sh\ntouch ${loot}\n`, mode: 0o755 },
          { path: 'big.lfs', text: 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n' },
          { path: '.gitmodules', text: '[submodule "x"]\n\tpath = x\n\turl = https://example.invalid/x\n' },
        ],
        prefer,
      );
      try {
        expect(existsSync(loot)).toBe(false);
        expect(await readFile(join(laid.workspace, 'big.lfs'), 'utf8')).toContain('git-lfs');
        if (prefer === 'git') {
          const { stdout } = await run('git', ['-C', laid.workspace, 'config', '--local', '--list']);
          expect(stdout).not.toMatch(/evil|token|authorization/i);
        }
        expect(await readdir(laid.workspace)).toContain('.gitattributes');
      } finally {
        await laid.close();
      }
      return 'they are files; nothing runs';
    },
  );
