/** What the reconciler does with the status of a pull request that is to be merged. */
import { afterEach, expect, test, vi } from 'vitest';
import type { ShownStatus } from '#coordinator/github/forge-reads.ts';
import { lookAtHead } from '#coordinator/github/reconcile/look-at-head.ts';
import type { ReconcileParts } from '#coordinator/github/reconcile/reconcile-ports.ts';
import { listCommitWrites } from '#coordinator/store/forge-writes.ts';
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { repository } from '../support/bare-forge.ts';
import { type MergeLab, openMergeLab } from '../support/merge-lab.ts';

vi.setConfig({ testTimeout: 60_000 });

let lab: MergeLab;
afterEach(() => lab.close());

const headOf = (number: number) => lab.github.pullRequest(repository, number)?.head.sha as CommitSha;

/** Everything that was written for the head arrives at GitHub, and the reconciler looks at it some time later. */
async function looked(number: number): Promise<number> {
  const commit = headOf(number);
  const writes = await listCommitWrites(lab.store.read, 'status', { repository, commit });
  const arrived = { status: 'sent', sent_at: lab.clock.now } as const;
  await lab.store.write(tx => tx.updateTable('forge_write').set(arrived).execute());
  lab.clock.now += limits.reconcileSettleMs + 1_000;
  const newest = new Map(writes.map(({ context, payload }) => [context, { context, ...payload }]));
  const items: ShownStatus[] = [...newest.values()];
  const parts = {
    ...{ store: lab.store, role: lab.role, wakeUp() {}, now: () => lab.clock.now },
    reads: { statuses: async () => ({ items, isCut: false }) },
    publishStatus: lab.statuses.publish,
    peopleUrl: 'https://ci.example.org',
    report: { info() {}, warn() {} },
  } as unknown as ReconcileParts;
  return (await lookAtHead(parts, repository, commit, new AbortController().signal)).repairs;
}

test('what waits for an approval goes on waiting, and is not told to push again', async () => {
  lab = await openMergeLab('{ approvals: 1, queue: { max-batch: 8 } }');
  await lab.open({ 1: { one: '1' } }, { approve: false });
  await lab.prepare();
  await lab.test();
  await lab.ask(1);
  await lab.tick();
  const waits = await lab.statusOf(1);
  expect(waits).toMatch(/^pending: waits: 1 more approval/);
  expect(await looked(1)).toBe(0);
  expect(await lab.statusOf(1)).toBe(waits);
});
