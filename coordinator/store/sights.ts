import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { RepositoryId } from '#shared/ids.ts';

/** Whether a column names a repository that somebody sees: a public one, or one of these. */
export function isSeen(column: string, sight: readonly RepositoryId[]): RawBuilder<SqlBool> {
  const privateOnes = sight.length === 0 ? sql`` : sql` or repository.id in (${sql.join(sight)})`;
  return sql<SqlBool>`${sql.ref(column)} in (select repository.id from repository where is_private = 0${privateOnes})`;
}
