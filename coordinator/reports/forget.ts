/**
 * Removes what is known of tests longer than it is kept: the bytes of reports, then their rows, then lists and tests that
 * nothing names any more. Bytes go first: whoever is killed in between has rows left that say what to remove.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Blobs } from '../blobs/blobs.ts';
import type { Store } from '../store/store.ts';
import {
  dropReports,
  findOldList,
  listOldReports,
  listOwnReportBlobs,
  shrinkList,
} from '../store/test-retention.ts';

export type ForgetParts = { store: Store; blobs: Pick<Blobs, 'remove'>; now: () => Instant };

const dayMs = 86_400_000;

/** @returns how many attempts have no reports any more. */
export async function forgetOldTests({ store, blobs, now }: ForgetParts): Promise<number> {
  const before = now() - limits.retention.testsDays * dayMs;
  let forgotten = 0;
  for (;;) {
    const old = await listOldReports(store.read, before, limits.reportsPerRemoval);
    if (old.length === 0) break;
    // A report of the very same bytes that is handed over in this moment says later that it is missing.
    for (const sha256 of await listOwnReportBlobs(store.read, old)) await blobs.remove(sha256);
    await store.write(tx => dropReports(tx, old));
    forgotten += old.length;
    await turn();
  }
  for (;;) {
    const list = await findOldList(store.read, before);
    if (list === null) return forgotten;
    while (!(await store.write(tx => shrinkList(tx, list, before, limits.testsPerChange)))) await turn();
  }
}
