/** Tests by name, the lists of them that attempts share, and failures. */
import * as z from 'zod';
import type { AttemptId, Instant, RepositoryId } from '#shared/ids.ts';
import { parseValue, word } from './rows.ts';
import type { Tables } from './schema.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

/** One test of a repository's suite, whatever image it runs on. */
export type Test = {
  id: number;
  /** What its address is made of: a digest of repository, suite, class and name. */
  key: string;
  repositoryId: RepositoryId;
  suite: string;
  className: string;
  name: string;
};

export const testFrom = (row: { [Column in keyof Tables['test']]: string | number }): Test => ({
  id: Number(row.id),
  key: String(row.test_key),
  repositoryId: row.repository_id as RepositoryId,
  suite: String(row.suite),
  className: String(row.class_name),
  name: String(row.name),
});

export async function findTest(tx: Tx, key: string): Promise<Test | null> {
  const row = await tx.selectFrom('test').selectAll().where('test_key', '=', key).executeTakeFirst();
  return row ? testFrom(row) : null;
}

/** The ids of those that are known, by key. */
export async function findTestIds(tx: Tx, keys: readonly string[]): Promise<Map<string, number>> {
  if (keys.length === 0) return new Map();
  const rows = await tx.selectFrom('test').select(['id', 'test_key']).where('test_key', 'in', keys).execute();
  return new Map(rows.map(row => [row.test_key, row.id]));
}

/** Makes those that are not there yet. */
export async function ensureTests(tx: Tx, tests: readonly Omit<Test, 'id'>[]): Promise<void> {
  if (tests.length === 0) return;
  await tx
    .insertInto('test')
    .values(
      tests.map(({ key, repositoryId, suite, className, name }) => ({
        ...{ test_key: key, repository_id: repositoryId, suite, class_name: className, name },
      })),
    )
    .onConflict(conflict => conflict.column('test_key').doNothing())
    .execute();
}

const dayMs = 86_400_000;

/** A list that is being written, or is whole; made when there is none of this digest. One that is taken up again is no old one. */
export async function ensureTestList(
  tx: Tx,
  digest: string,
  at: Instant,
): Promise<{ id: number; isWhole: boolean }> {
  await tx
    .insertInto('test_list')
    .values({ digest, status: 'writing', created_at: at })
    .onConflict(conflict =>
      conflict
        .column('digest')
        .doUpdateSet({ created_at: at })
        .where('test_list.created_at', '<', at - dayMs),
    )
    .execute();
  const row = await tx
    .selectFrom('test_list')
    .select(['id', 'status'])
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
  return { id: row.id, isWhole: row.status === 'whole' };
}

export type ListEntry = { testId: number; isSkipped: boolean };

/** Repeating is harmless. */
export async function addListEntries(tx: Tx, listId: number, entries: readonly ListEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx
    .insertInto('test_list_entry')
    .values(
      entries.map(({ testId, isSkipped }) => ({
        ...{ list_id: listId, test_id: testId, is_skipped: isSkipped ? (1 as const) : (0 as const) },
      })),
    )
    .onConflict(conflict => conflict.columns(['list_id', 'test_id']).doNothing())
    .execute();
}

const seal = statement((db, { id }: { id: number }) =>
  db
    .updateTable('test_list')
    .set({ status: word('whole') })
    .where('id', '=', id),
);

export async function sealTestList(tx: Tx, id: number): Promise<void> {
  await seal.run(tx, { id });
}

export const failureOutcome = z.enum(['failed', 'errored', 'flaky']);

export type TestFailure = {
  testId: number;
  outcome: z.infer<typeof failureOutcome>;
  file: string | null;
  line: number | null;
  ms: number | null;
  message: string | null;
  output: string | null;
};

/** Kept in the order given. Repeating is harmless. */
export async function insertFailures(
  tx: Tx,
  attempt: AttemptId,
  failures: readonly TestFailure[],
): Promise<void> {
  const rows = failures.map(({ testId, ...failure }, position) => ({
    ...{ attempt_id: attempt, test_id: testId, position, ...failure },
  }));
  // Nine values each, and a bound on values in one query.
  for (let from = 0; from < rows.length; from += 100)
    await tx
      .insertInto('test_failure')
      .values(rows.slice(from, from + 100))
      .onConflict(conflict => conflict.columns(['attempt_id', 'test_id']).doNothing())
      .execute();
}

export type FailedTest = TestFailure & { attemptId: AttemptId; test: Test };

/** Of these attempts, in the order in which they were inserted; at most `max` of each. */
export async function listFailures(
  tx: Tx,
  attempts: readonly AttemptId[],
  max: number,
): Promise<FailedTest[]> {
  if (attempts.length === 0) return [];
  const rows = await tx
    .selectFrom('test_failure')
    .innerJoin('test', 'test.id', 'test_failure.test_id')
    .selectAll()
    .where('attempt_id', 'in', attempts)
    .where('position', '<', max)
    .orderBy('attempt_id')
    .orderBy('position')
    .execute();
  return rows.map(row => ({
    attemptId: row.attempt_id,
    test: testFrom(row),
    testId: row.test_id,
    outcome: parseValue(failureOutcome, row.outcome, `test_failure ${row.attempt_id} ${row.test_id}.outcome`),
    file: row.file,
    line: row.line,
    ms: row.ms,
    message: row.message,
    output: row.output,
  }));
}
