/** The conformance suite as the queue sees it: a repository of ours with one commit, made when it is first needed. */
import path from 'node:path';
import type { CommitSha } from '#shared/ids.ts';
import { checkout } from '../checkout.ts';
import { commitFolder } from '../source/commit-folder.ts';

const folder = path.join(checkout, 'coordinator', 'images', 'conformance');

export function createConformance(
  dataDir: string,
  environment: NodeJS.ProcessEnv,
): () => Promise<{ cloneUrl: string; commit: CommitSha }> {
  const cloneUrl = path.join(dataDir, 'conformance.git');
  let made: Promise<CommitSha> | null = null;
  return async () => {
    made ??= commitFolder(folder, cloneUrl, 'The conformance suite of images', environment);
    try {
      return { cloneUrl, commit: await made };
    } catch (error) {
      made = null; // the loop asks again
      throw error;
    }
  };
}
