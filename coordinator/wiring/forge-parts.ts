/** What GitHub is told and asked by itself: the outbox, comparing both sides, and the roles of people. */
import { startForgeRoles } from '../access/forge-roles.ts';
import { configuredNames, configuredPatterns, repositoryConfig, testedBranches } from '../config/config.ts';
import { startOutbox } from '../github/outbox.ts';
import { type Reconciler, startReconciler } from '../github/reconcile/reconciler.ts';
import { startLoop } from '../ground/loop.ts';
import { checkStanding, publishCheck } from '../runs/check-runs.ts';
import { describeCheck } from '../runs/describe-check.ts';
import { actOn } from '../runs/intake.ts';
import { hasCheckRuns, type WithClock } from './brain-options.ts';
import { createRolePorts } from './forge-people.ts';
import type { createIntake } from './intake-parts.ts';
import type { JobParts } from './job-parts.ts';
import { readStepOutput } from './step-output.ts';

/** In the place of a loop where there is no GitHub. */
export const idleLoop = () => startLoop({ tick: async () => null, onError: () => {} });

/** Null: GitHub is not configured. */
export function startRoles({ client, store, role, report, now, monotonicMs, rightsChanged }: WithClock) {
  if (!client) return null;
  return startForgeRoles({
    ...{ store, role, report, now, monotonicMs },
    forge: createRolePorts(client),
    changed: rightsChanged,
  });
}

type Others = Pick<JobParts, 'browsePorts' | 'merging' | 'statuses'> & {
  intake: ReturnType<typeof createIntake>;
};

/** Null: GitHub is not configured. */
export function startComparing(
  options: WithClock,
  { browsePorts, merging, statuses, intake }: Others,
): Reconciler | null {
  const { config, store, role, reads, peopleUrl, wakeUp, report, now, monotonicMs } = options;
  if (!reads) return null;
  return startReconciler({
    ...{ store, role, reads, peopleUrl, wakeUp, report, now, monotonicMs },
    configured: configuredNames(config),
    patterns: configuredPatterns(config),
    isPolling: config.github?.webhookSecrets === null,
    branchesOf: (fullName, defaultBranch) => {
      const repository = repositoryConfig(config, fullName);
      return repository && testedBranches(repository, defaultBranch);
    },
    async act(intent) {
      const { note, wakes } = await actOn(intake, intent);
      wakeUp(wakes);
      return note;
    },
    sawOpen: merging.sawOpen,
    publishStatus: statuses.publish,
    checks: hasCheckRuns(options)
      ? { standingOf: checkStanding, publish: (tx, run, at) => publishCheck(tx, browsePorts, run, at) }
      : null,
  });
}

/** What waits to be written on GitHub; where there is none nothing does. */
export function startWriting(
  { client, store, role, logs, now, random, report }: WithClock,
  { browsePorts }: Pick<JobParts, 'browsePorts'>,
  reconciler: Pick<Reconciler, 'begin'> | null,
) {
  if (!client) return { ...idleLoop(), clockLeapt() {} };
  return startOutbox({
    ...{ store, role, client, now, random, report },
    describeCheck: describeCheck(store.read, browsePorts, readStepOutput(logs, report)),
    onReturn: () => reconciler?.begin(),
  });
}
