import { lstatSync, mkdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptId } from '#shared/ids.ts';
import { removeTree } from './remove-tree.ts';
import { homeFor } from './step-environment.ts';

/** The directories of one attempt, all private (0700) and all gone after it; only a static computer's home stays. */
export type Workplace = {
  root: string;
  /** The checkout: steps start here. */
  workspace: string;
  home: string;
  temporary: string;
  /** Of secrets that are files; made when there are some. */
  secrets: string;
  spool: string;
  journal: string;
};

/**
 * The agent's own directory: `<work>/attempts/<attempt>/…` and `<work>/pipes`, the stock of named pipes. What an earlier
 * life of the agent left behind is removed, for nobody will ask for it again.
 */
export async function openWorkDirectory(work: string): Promise<{ attempts: string; pipes: string }> {
  const [attempts, pipes] = [join(work, 'attempts'), join(work, 'pipes')];
  mkdirSync(work, { recursive: true, mode: 0o700 });
  for (const directory of [attempts, pipes]) {
    if (lstatSync(directory, { throwIfNoEntry: false })) await removeTree(directory);
    mkdirSync(directory, { mode: 0o700 });
  }
  return { attempts, pipes };
}

/** Where an attempt has its directories; they need not exist. */
export function workplaceOf(
  attempts: string,
  attempt: AttemptId,
  reuse: 'static' | 'single-use',
  memory: string | null,
): Workplace {
  const root = join(attempts, attempt);
  return {
    root,
    workspace: join(root, 'checkout'),
    home: homeFor(reuse, join(root, 'home')),
    temporary: join(root, 'tmp'),
    secrets: memory ? join(memory, attempt) : join(root, 'secrets'),
    spool: join(root, 'spool'),
    journal: join(root, 'attempt.json'),
  };
}

/** Makes the directories of an attempt, empty. Throws the system's errors. */
export function makeWorkplace(place: Workplace): void {
  // In place: microseconds, where each hop to another thread costs a dispatch a part of a millisecond.
  for (const directory of [place.root, ...ownDirectories(place)]) mkdirSync(directory, { mode: 0o700 });
}

/**
 * Removes all that an attempt has had, whatever its suite has made of it. What is empty goes in place; a tree, or a long
 * log, whose removal takes time, is left to other threads. Rejects with the system's errors.
 */
export async function removeWorkplace(place: Workplace): Promise<void> {
  try {
    removeEmpty(place);
  } catch {
    await removeTree(place.root);
  }
}

/** Throws at the first that is not as an attempt leaves it that has made no file. */
function removeEmpty(place: Workplace): void {
  for (const directory of ownDirectories(place)) rmdirSync(directory);
  for (const file of [place.spool, place.journal]) removeShort(file);
  rmdirSync(place.root);
}

/** A file system may take its time to give back the blocks of more than that. */
const shortBytes = 1024 * 1024;

function removeShort(file: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found) return;
  if (found.size > shortBytes) throw new Error(`${file} is long`);
  unlinkSync(file);
}

const ownDirectories = ({ root, workspace, home, temporary }: Workplace): string[] =>
  [workspace, home, temporary].filter(directory => directory.startsWith(root));
