/** The coordinator's own intake over the rows of a test: only `acme/rocket` is configured. */
import { readDelivery } from '#coordinator/github/read-delivery.ts';
import { handleDeliveries } from '#coordinator/runs/intake.ts';
import { createRuns } from '#coordinator/runs/runs.ts';
import { takeRole } from '#coordinator/store/roles.ts';
import { limits } from '#shared/limits.ts';
import { commitOf } from './rows.ts';
import { noStatuses, type People, us } from './with-people.ts';

const unasked = async () => {
  throw new Error('a push asks nobody');
};

export async function handleWhatCame({ store, clock, jobs, wakeUp }: People): Promise<void> {
  const role = await store.write(tx => takeRole(tx, 'brain', us, clock.now, limits.brainLeaseMs));
  if (!role) throw new Error('the test is the only coordinator, and not the brain');
  const parts = {
    store,
    role,
    runs: createRuns({ ...noStatuses, applyToJob: jobs.apply }),
    heardOfRoles: async () => {},
    heardOfPull: async () => [],
    landedWith: async () => null,
    applyToJob: jobs.apply,
    readDelivery: (event: string, body: string) => readDelivery(event, JSON.parse(body)),
    policyFor: (name: string) =>
      name === 'acme/rocket'
        ? {
            commits: 'supersede' as const,
            landed: 'keep' as const,
            trust: noTrust,
            isConfiguredBranch: (branch: string) => branch === 'main',
          }
        : null,
    foresee() {},
    report: { error: unasked },
    orderOfHeads: () => 'unclear' as const,
    currentPull: unasked,
    mayWrite: unasked,
    isTeamMember: unasked,
    commands: [],
    wakeUp,
    now: () => clock.now,
  };
  await handleDeliveries(parts, new AbortController().signal);
}

const noTrust = { authors: [], teams: [], associations: [], 'previously-merged': false };

/** The payload of a push to the main branch, as far as it is read. */
export const pushTo = (fullName: string): string =>
  JSON.stringify({
    ref: 'refs/heads/main',
    before: commitOf(1),
    after: commitOf(2),
    created: false,
    deleted: false,
    forced: false,
    repository: {
      id: 1,
      full_name: fullName,
      clone_url: `https://example.org/${fullName}.git`,
      private: false,
      default_branch: 'main',
    },
    pusher: { name: 'octocat' },
    head_commit: { message: 'Read the size as 64 bits' },
    commits: [{ id: commitOf(2) }],
  });
