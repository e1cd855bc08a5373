/** What handling a delivery needs, and what it answers. */
import type { CommitSha, Instant, RepositoryId } from '#shared/ids.ts';
import type { JobRequest } from '#shared/job.ts';
import type { Wake } from '../ground/wake.ts';
import type { Change } from '../store/changes.ts';
import type { DeliveryVerdict } from '../store/deliveries.ts';
import type { Job } from '../store/jobs.ts';
import type { Repository } from '../store/repositories.ts';
import type { Role } from '../store/roles.ts';
import type { Store, Tx } from '../store/store.ts';
import type { CommentCommand } from './comment-command.ts';
import type { Runs } from './runs.ts';
import type { TrustPolicy } from './trust.ts';

/** What was done about a delivery. */
export type Handled = { verdict: DeliveryVerdict; note: string; wakes: Wake[] };

/** What the configuration says about one repository. */
export type RepositoryPolicy = {
  commits: 'supersede' | 'every-commit';
  /** Whether what has landed is ended by what lands after it. */
  landed: 'keep' | 'supersede';
  /** Whether changes against this branch, and pushes to it, are tested. */
  isConfiguredBranch(branch: string, defaultBranch: string): boolean;
  /** Whose forks run without an approval. */
  trust: TrustPolicy;
};

export type HeadOrder = 'newer' | 'older' | 'same' | 'unclear';

type HeardPull = {
  number: number;
  /** All that it has; null where nobody has said. */
  labels: readonly string[] | null;
  /** The label that was set just now. */
  labeled: string | null;
  /** Its head or its base is another one, or it is open again. */
  isNew: boolean;
  by: string | null;
};

export type ChangeParts = {
  store: Store;
  role: Role;
  runs: Runs;
  policyFor(fullName: string): RepositoryPolicy | null;
  /** Which of two heads is the newer one, from what deliveries say. */
  orderOfHeads(
    known: Pick<Change, 'headSha' | 'updatedAt'>,
    event: { headSha: CommitSha; before: CommitSha | null; updatedAt: Instant },
  ): HeadOrder;
  /** Asks the forge how it is now; for when the deliveries do not tell. @throws when it cannot be asked. */
  currentPull(fullName: string, number: number): Promise<{ headSha: CommitSha; isOpen: boolean }>;
  /** Whether an account may write to the repository. @throws when the forge cannot be asked. */
  mayWrite(fullName: string, login: string): Promise<boolean>;
  /** Whether an account is in a team. @throws when the forge cannot be asked. */
  isTeamMember(question: { fullName: string; team: string; login: string }): Promise<boolean>;
  /** What comments can ask for. */
  commands: readonly CommentCommand[];
  applyToJob(tx: Tx, job: Job['id'], event: JobRequest): Promise<{ wakes: Wake[] }>;
  /** What the forge gives somebody (null: anybody) there is another role; `isLess`: what is known does not count any more. */
  heardOfRoles(
    tx: Tx,
    heard: {
      forgeUserId: number | null;
      place: { repository: string } | { owner: string };
      isLess: boolean;
    },
  ): Promise<void>;
  /** Labels, reviews and the like have changed: a merge may hang on it. */
  heardOfPull(tx: Tx, repository: Repository, heard: HeardPull): Promise<Wake[]>;
  /** The commit that a merge queue of ours has landed the change with, whatever the forge calls its merge; else null. */
  landedWith(tx: Tx, change: Change['id']): Promise<CommitSha | null>;
  /** A hint: the source of this commit will be read in a moment. */
  foresee(repository: RepositoryId, commit: CommitSha): void;
  now: () => Instant;
};

export const acted = (note: string, wakes: Wake[] = []): Handled => ({ verdict: 'acted-on', note, wakes });

export const notActed = (note: string): Handled => ({ verdict: 'not-acted-on', note, wakes: [] });

export const unknownRepository = (fullName: string): Handled => ({
  verdict: 'unknown-repository',
  note: `${fullName} is not configured here; add it under repositories to test it`,
  wakes: [],
});
