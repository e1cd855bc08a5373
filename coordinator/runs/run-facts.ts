/** What the coordinator knows of a run before anything of its commit is read. */
import type { RunPurpose } from '#shared/run.ts';
import type { Repository } from '../store/repositories.ts';
import type { Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { FirstFacts } from './first-state.ts';
import type { PrepareParts } from './prepare-ports.ts';

export type RunFacts = FirstFacts & {
  purpose: RunPurpose;
  /** Only these images, when somebody asked for some. */
  images: string[] | null;
  /** Also the `on-merge` jobs. */
  landed: boolean;
  /** Whether images that isolate nothing may be used for this repository. */
  mayRunUnisolated: boolean;
  /** Names of those images. */
  unisolated: ReadonlySet<string>;
};

export const factsOf = async (
  { ports }: Pick<PrepareParts, 'ports'>,
  tx: Tx,
  run: Run,
  { fullName, forge }: Repository,
): Promise<RunFacts> => ({
  fullName,
  purpose: run.purpose,
  isTrusted: run.isTrusted,
  runsAtOnce: run.isTrusted || run.admission?.runsAtOnce === true,
  images: run.request.images,
  landed: run.request.landed,
  // Whoever starts a run by hand runs their own code on their own machines; only what a forge sends needs leave.
  mayRunUnisolated: forge === 'none' || ports.mayRunUnisolated(fullName),
  unisolated: await ports.unisolatedImages(tx),
  neverIsolated: run.isTrusted ? new Set() : await ports.neverIsolatedImages(tx),
});
