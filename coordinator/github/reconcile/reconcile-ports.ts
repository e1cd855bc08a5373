/** What comparing with GitHub needs of the rest of the house, and how a repair is noted. */
import type { CommitSha, Instant, RunId } from '#shared/ids.ts';
import type { Wake } from '../../ground/wake.ts';
import { appendEvent } from '../../store/events.ts';
import type { CheckPayload } from '../../store/forge-payloads.ts';
import type { Job } from '../../store/jobs.ts';
import type { Repository } from '../../store/repositories.ts';
import type { Role } from '../../store/roles.ts';
import type { Run } from '../../store/runs.ts';
import type { Store, Tx } from '../../store/store.ts';
import type { DeliveryIntent } from '../delivery-intent.ts';
import type { ForgeReads } from '../forge-reads.ts';
import type { Account } from '../list-repositories.ts';
import type { ShownPull } from '../read-pull-request.ts';
import type { BranchRepair } from './compare-branches.ts';
import type { CheckRepair } from './compare-checks.ts';
import type { PullRepair } from './compare-pulls.ts';
import type { StatusRepair } from './compare-statuses.ts';

export type ReconcileParts = {
  store: Store;
  role: Role;
  reads: ForgeReads;
  /** Names that the configuration spells out. */
  configured: readonly string[];
  /** What it says instead of names, such as `acme/*`. */
  patterns: readonly string[];
  /** Branches of a repository that are tested; null: it is not configured. */
  branchesOf(fullName: string, defaultBranch: string): readonly string[] | null;
  /** Does what a delivery of that intent would do, its wake-ups included. @returns what was done, in a sentence */
  act(intent: DeliveryIntent): Promise<string>;
  /** Whoever merges is told of the open ones and their labels. */
  sawOpen(repository: Repository, pulls: readonly ShownPull[]): Promise<void>;
  /** Writes what the job's context should say, when that is new. */
  publishStatus(tx: Tx, job: Job, at: Instant): Promise<Wake[]>;
  /** Where we are an App, and there are checks. */
  checks: CheckPorts | null;
  /** Where a status leads that no job stands behind. */
  peopleUrl: string;
  wakeUp(wakes: Wake[]): void;
  report: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  now: () => Instant;
};

export type CheckPorts = {
  /** How the check of a run should stand; the words of its title do not count. Pure. */
  standingOf(run: Run, jobs: readonly Job[]): CheckPayload;
  /** Writes what it should say, when that is new. */
  publish(tx: Tx, run: RunId, at: Instant): Promise<Wake[]>;
};

export type RepositoryRepair = { kind: 'unknown-repository'; sentence: string };

export type Repair = PullRepair | BranchRepair | StatusRepair | CheckRepair | RepositoryRepair;

/** What is looked at by itself. */
export type Task =
  /** `pattern`: nothing was heard of it, and this covers it. */
  | { type: 'repository'; repository: string; pattern: string | null }
  | { type: 'statuses' | 'checks'; repository: string; commit: CommitSha }
  /** Accounts that patterns cover, and then the repositories of each. */
  | { type: 'patterns' }
  | { type: 'account'; account: Account };

/** What a look has done, and what is to be looked at next. */
export type Looked = {
  repairs: number;
  failures: number;
  next: Task[];
  /** What could not be looked at, a sentence each. */
  troubles: string[];
};

/** All that is looked at of a head. */
export const tasksOfHead = (
  { checks }: Pick<ReconcileParts, 'checks'>,
  head: { repository: string; commit: CommitSha },
): Task[] => [{ type: 'statuses', ...head }, ...(checks ? [{ type: 'checks' as const, ...head }] : [])];

export const nothingDone: Looked = { repairs: 0, failures: 0, next: [], troubles: [] };

/** In the transaction that mends it, where there is one. */
export const noteRepair = (
  tx: Tx,
  { kind, sentence }: Repair,
  about: { repository: string; commit?: CommitSha },
  at: Instant,
): Promise<void> => appendEvent(tx, { at, type: 'github.repaired', data: { ...about, kind, sentence } });
