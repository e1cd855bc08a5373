/** What GitHub tells of, and what becomes of it: changes, pushes, comments, merges. */
import type { ForgeRoles } from '../access/forge-roles.ts';
import { type Config, repositoryConfig, testedBranches } from '../config/config.ts';
import type { ForgeClient } from '../github/forge-client.ts';
import { compareHeads } from '../github/newer-head.ts';
import { readDelivery } from '../github/read-delivery.ts';
import type { handleDeliveries } from '../runs/intake.ts';
import type { RepositoryPolicy } from '../runs/intake-ports.ts';
import { usualCommands } from '../runs/usual-commands.ts';
import { findLandedWith } from '../store/merge-batches.ts';
import type { Tx } from '../store/store.ts';
import type { BrainOptions } from './brain-options.ts';
import type { JobParts } from './job-parts.ts';
import { mergeCommand } from './merge-command.ts';

type Intake = Parameters<typeof handleDeliveries>[0];

type Others = Pick<JobParts, 'jobs' | 'runs' | 'merging'> & { forgeRoles: ForgeRoles | null };

export function createIntake(options: BrainOptions, { jobs, runs, merging, forgeRoles }: Others) {
  const { config, store, role, wakeUp, report, now } = options;
  return {
    ...{ store, role, runs, wakeUp, report, now },
    applyToJob: jobs.apply,
    readDelivery: (event: string, body: string) => readDelivery(event, JSON.parse(body)),
    policyFor: (fullName: string) => policyFor(config, fullName),
    foresee: options.source.foresee,
    heardOfPull: merging.heardOfPull,
    heardOfRoles: async (tx: Tx, heard: Parameters<ForgeRoles['heardOf']>[1]) =>
      forgeRoles?.heardOf(tx, heard),
    landedWith: findLandedWith,
    orderOfHeads,
    ...questionsTo(options.client),
    commands: [
      ...usualCommands({
        runs,
        applyToJob: jobs.apply,
        isEveryCommit: name => repositoryConfig(config, name)?.commits === 'every-commit',
      }),
      mergeCommand(merging),
    ],
  } satisfies Intake;
}

/** What is asked where a delivery alone does not tell. */
function questionsTo(client: ForgeClient | null) {
  const asked = (what: string): ForgeClient => {
    if (!client) throw new Error(`GitHub is not configured, so it cannot be asked ${what}`);
    return client;
  };
  return {
    async currentPull(fullName: string, number: number) {
      const { headSha, state } = await asked('how the pull request is now').pullHead(fullName, number);
      return { headSha, isOpen: state === 'open' };
    },
    async isTeamMember(question: Parameters<ForgeClient['isTeamMember']>[0]) {
      return asked('who is in a team').isTeamMember(question);
    },
    async mayWrite(fullName: string, login: string) {
      return asked('who may write').mayWrite(fullName, login);
    },
  };
}

function policyFor(config: Config, fullName: string): RepositoryPolicy | null {
  const repository = repositoryConfig(config, fullName);
  if (!repository) return null;
  return {
    commits: repository.commits,
    landed: repository.landed,
    trust: repository.trust,
    isConfiguredBranch: (branch, defaultBranch) => testedBranches(repository, defaultBranch).includes(branch),
  };
}

const orderOfHeads: Intake['orderOfHeads'] = (known, event) =>
  compareHeads(
    { sha: known.headSha, before: null, updatedAt: known.updatedAt },
    { sha: event.headSha, before: event.before, updatedAt: event.updatedAt },
  );
