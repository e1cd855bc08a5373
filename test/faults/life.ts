/** One life: what it is made of, and what it leaves for the judge. */
import type { SentDelivery } from '#coordinator/demo/github-stand-in/deliver.ts';
import type { CommitSha } from '#shared/ids.ts';
import type { JobState, Outcome } from '#shared/job.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import type { Link } from '#test/support/link.ts';
import type { Random } from '#test/support/random.ts';
import type { LinkName, Plan } from './plan.ts';

/** A fleet whose connections can be spoiled. */
export type Yard = {
  fleet: Fleet;
  links: Record<LinkName, Link>;
  /** What must not be done twice at the same time, such as starting the coordinator. */
  inTurn<Result>(act: () => Promise<Result>): Promise<Result>;
};

/** What should come of one job when nothing happens to it. */
export type Expected = {
  commit: CommitSha;
  suite: string;
  kind: JobState['kind'];
  outcomes: readonly Outcome[];
  /** Every byte that its steps print. */
  log: string;
  /** A file that gets a line whenever the job begins. */
  starts: string;
  /** May never have been made: its commit was replaced or closed before anybody looked. */
  isOptional: boolean;
};

export type Life = Yard & {
  plan: Plan;
  random: Random;
  /** Tells its branch, files and commits from those of others in the same fleet. */
  name: string;
  commits: CommitSha[];
  sent: SentDelivery[];
  /** Processes of steps that a fault has hit. */
  stepsHit: number;
};
