/** `npm run release`: the files of a release from the commit that is checked out. `--help` says what it takes. */
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { extract } from 'tar';
import { type Commit, releaseFrom } from './build-tree.ts';
import { sign, verify } from './minisign.ts';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '..');
const publicKey = path.join(root, 'release/minisign.pub');

const help = `npm run release -- [--sign KEYFILE] [--output FOLDER]

Builds a release from the commit that is checked out, with the packages of package-lock.json installed anew:
archive, bill of materials (CycloneDX), SHA256SUMS. The same commit gives the same bytes.

  --sign KEYFILE   signs SHA256SUMS by minisign with that secret key; its public key is release/minisign.pub
  --output FOLDER  where to; default: dist/release`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { sign: { type: 'string' }, output: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return console.log(help);
  if (values.sign !== undefined) await access(publicKey).catch(() => refuse(noPublicKey));
  const commit = await checkedOut();
  const output = path.resolve(values.output ?? path.join(root, 'dist/release'));
  await rm(output, { recursive: true, force: true });
  const tree = await mkdtemp(path.join(os.tmpdir(), 'paddock-release-'));
  try {
    await exportTo(tree, commit);
    await run('npm', ['ci', '--ignore-scripts'], { cwd: tree });
    const names = await releaseFrom(tree, commit, output);
    if (values.sign !== undefined) names.push(await signSums(output, values.sign, commit));
    for (const name of names) console.log(path.join(output, name));
    if (values.sign === undefined) console.log('Not signed: --sign KEYFILE does that.');
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

const noPublicKey = `There is no release/minisign.pub that people could check a signature with. Make a pair, and commit the public key:
  minisign -G -p release/minisign.pub -s FOLDER-OF-YOURS/paddock.key`;

function refuse(message: string): never {
  throw new Error(message);
}

async function checkedOut(): Promise<Commit> {
  const git = async (...words: string[]) => (await run('git', words, { cwd: root })).stdout.trim();
  const changed = await git('status', '--porcelain');
  if (changed !== '')
    refuse(`A release is a commit, and these files are not as they were committed:\n${changed}`);
  const [sha = '', seconds] = (await git('log', '-1', '--format=%H %ct')).split(' ');
  return { sha, at: new Date(Number(seconds) * 1_000) };
}

async function exportTo(tree: string, { sha }: Commit): Promise<void> {
  const archive = `${tree}.tar`;
  await mkdir(tree, { recursive: true });
  try {
    await run('git', ['archive', '--format=tar', '--output', archive, sha], { cwd: root });
    await extract({ file: archive, cwd: tree });
  } finally {
    await rm(archive, { force: true });
  }
}

/** Checked with the public key that is published: a signature of another key would help nobody. */
async function signSums(output: string, keyFile: string, { sha }: Commit): Promise<string> {
  const sums = path.join(output, 'SHA256SUMS');
  await sign(sums, keyFile, `Paddock ${sha}`);
  await verify(sums, publicKey).catch(cause => {
    throw new Error(`${keyFile} is not the secret key of release/minisign.pub`, { cause });
  });
  return 'SHA256SUMS.minisig';
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
