/** What the table is made of. */
import type { GithubLabOptions } from '#test/coordinator/support/github-lab.ts';

export type Situation = [event: string, situation: string, script: string, options?: GithubLabOptions];

/** The same where Paddock merges: what stands under `merge` in the configuration. */
export type MergingSituation = [event: string, situation: string, script: string, options: { merge: string }];

/** What GitHub shows of one commit, or at the pull request. */
export type Shown = { commit: string; context: string; state: string; description: string };
