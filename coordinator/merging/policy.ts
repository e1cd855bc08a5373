/** What the configuration says of merging into the branches of one repository. */
import type { MergeMethod } from '#shared/merging.ts';

export type MergePolicy = {
  method: MergeMethod;
  /** With this label on it a pull request is asked to be merged; null: by API, command line and comment only. */
  label: string | null;
  /** With any of these it is not. */
  blockingLabels: string[];
  /** Of its very head, by people who may write. */
  approvals: number;
  /** The largest batch of Paddock's own queue; null: without a queue, by GitHub's merge. */
  batch: number | null;
  /** So many batches are tested at once, each on top of the one before. */
  depth: number;
  /** Who commits what the queue makes. */
  committer: { name: string; email: string };
};
