import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { RunSource } from '#shared/messages.ts';
import type { Way } from '../credentials/route.ts';
import type { Diagnostics } from '../guest/diagnostics.ts';
import { SiteFailed } from '../guest/errors.ts';
import { removeTree } from '../guest/remove-tree.ts';
import { fetchSource } from '../guest/source/fetch-source.ts';
import type { Workplace } from '../guest/workplace.ts';
import { SshFailed } from '../ssh/errors.ts';
import type { FarShell } from '../ssh/far-shell.ts';
import { quote } from '../ssh/quote.ts';

export type FarSource = {
  shell: FarShell;
  place: Workplace;
  source: RunSource;
  way: Way;
  log: Diagnostics;
  signal: AbortSignal;
};

/**
 * Brings the tree of a commit into the empty workspace there. It is unpacked here first: what is irregular about the archive, and
 * whether it is that commit's, is found by the same code as anywhere, not by whatever `tar` is there; and what is sent on
 * has no header that an old one would lay out as a file. Throws `SourceFailed`, `SiteFailed`, or the signal's reason.
 */
export async function bringFarSource({ shell, place, source, way, log, signal }: FarSource): Promise<void> {
  if (source.type === 'none') return;
  const here = join(place.root, 'checkout');
  await mkdir(here, { mode: 0o700 });
  try {
    await fetchSource({ source, workspace: here, env: {}, hasGit: false, way, log, signal });
    await send(shell, here, place.workspace, signal);
  } finally {
    await removeTree(here);
  }
}

async function send(shell: FarShell, here: string, workspace: string, signal: AbortSignal): Promise<void> {
  const { create } = await import('tar');
  // `o`: whoever unpacks owns it, also when that is root.
  const program = `umask 022; cd ${quote(workspace)} && exec tar xof -`;
  const pack = (into: NodeJS.WritableStream) => pipeline(create({ cwd: here, portable: true }, ['.']), into);
  const trouble = (why: string) => new SiteFailed(`the source cannot be laid out on ${shell.name}: ${why}`);
  try {
    const { exitCode, complaint } = await shell.feed(program, pack, signal);
    if (exitCode !== 0) throw trouble(complaint || `\`tar xof -\` there ended with ${exitCode}`);
  } catch (error) {
    if (error instanceof SshFailed) throw trouble(error.message);
    throw error;
  }
}
