/**
 * Removes what is known of tests longer than it is kept: reports, then lists and tests that nothing names any more. The bytes of
 * reports are loose then (`store/blob-rows.ts`), and go with the others.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Store } from '../store/store.ts';
import { dropReports, findOldList, listOldReports, shrinkList } from '../store/test-retention.ts';

/** Of attempts whose reports were handed over before `before`. @returns how many have none any more. */
export async function forgetOldTests(store: Store, before: Instant): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const old = await listOldReports(store.read, before, limits.reportsPerRemoval);
    if (old.length === 0) break;
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
