import * as z from 'zod';
import { sha256 } from './ids.ts';

/** A file that a passed job handed over. `path` is its place in the checkout, with `/`, never absolute. */
export const artifactFile = z.object({
  path: z.string().min(1).max(1_024),
  bytes: z.number().int().nonnegative(),
  sha256,
});
export type ArtifactFile = z.infer<typeof artifactFile>;
