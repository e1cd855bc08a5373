/**
 * What is known of tests goes when it is old: reports with their failures, then lists that no report names, with the tests
 * that nothing names any more. Each change is small and leaves the rows as true as they were, whoever is killed between two.
 */
import type { AttemptId, Instant } from '#shared/ids.ts';
import { loosen } from './blob-rows.ts';
import { word } from './rows.ts';
import type { Tx } from './store.ts';

/** Attempts whose reports were handed over before `before`, the oldest first. */
export async function listOldReports(tx: Tx, before: Instant, max: number): Promise<AttemptId[]> {
  const rows = await tx
    .selectFrom('test_report')
    .select('attempt_id')
    .where('created_at', '<', before)
    .orderBy('created_at')
    .orderBy('attempt_id')
    .limit(max)
    .execute();
  return rows.map(row => row.attempt_id);
}

/** Repeating is harmless. Their files' bytes go when nothing else names them. */
export async function dropReports(tx: Tx, attempts: readonly AttemptId[]): Promise<void> {
  if (attempts.length === 0) return;
  await tx.deleteFrom('test_failure').where('attempt_id', 'in', attempts).execute();
  const files = tx.deleteFrom('report_file').where('attempt_id', 'in', attempts);
  await loosen(tx, await files.returning(['sha256', 'bytes']).execute());
  await tx.deleteFrom('test_report').where('attempt_id', 'in', attempts).execute();
}

/** A list that was last made or taken up again before `before` and that no report names; null when there is none. */
export async function findOldList(tx: Tx, before: Instant): Promise<number | null> {
  const row = await tx
    .selectFrom('test_list')
    .select('id')
    .where('created_at', '<', before)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('test_report')
            .select('test_report.attempt_id')
            .whereRef('test_report.list_id', '=', 'test_list.id'),
        ),
      ),
    )
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/**
 * Takes at most `max` tests out of an old list; a list that has none left is gone. It is no whole one from the first on, so
 * that a report with the very same tests writes it anew.
 * @returns whether it is gone.
 */
export async function shrinkList(tx: Tx, id: number, before: Instant, max: number): Promise<boolean> {
  const list = await tx
    .updateTable('test_list')
    .set({ status: word('writing') })
    .where('id', '=', id)
    .where('created_at', '<', before)
    .returning('id')
    .executeTakeFirst();
  // A report has taken it up again meanwhile.
  if (!list) return true;
  const entries = await tx
    .selectFrom('test_list_entry')
    .select('test_id')
    .where('list_id', '=', id)
    .orderBy('test_id')
    .limit(max)
    .execute();
  const tests = entries.map(row => row.test_id);
  if (tests.length > 0)
    await tx.deleteFrom('test_list_entry').where('list_id', '=', id).where('test_id', 'in', tests).execute();
  await dropUnnamedTests(tx, tests);
  if (tests.length === max) return false;
  await tx.deleteFrom('test_list').where('id', '=', id).execute();
  return true;
}

async function dropUnnamedTests(tx: Tx, tests: readonly number[]): Promise<void> {
  if (tests.length === 0) return;
  await tx
    .deleteFrom('test')
    .where('id', 'in', tests)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('test_list_entry')
            .select('test_list_entry.test_id')
            .whereRef('test_list_entry.test_id', '=', 'test.id'),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('test_failure')
            .select('test_failure.test_id')
            .whereRef('test_failure.test_id', '=', 'test.id'),
        ),
      ),
    )
    .execute();
}
