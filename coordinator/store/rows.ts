/** What every row module shares: JSON columns that are checked when read, and saving by version. */
import type { UpdateResult } from 'kysely';
import type { z } from 'zod';
import { StaleRowError } from './errors.ts';

/** Reads a JSON column. Throws on an impossible row: it names table, id and column, and the process stops there. */
export function parseColumn<Schema extends z.ZodType>(
  schema: Schema,
  json: string,
  where: string,
): z.output<Schema> {
  const result = schema.safeParse(JSON.parse(json));
  if (!result.success) throw new Error(`impossible row ${where}: ${result.error.message}`);
  return result.data;
}

/** @throws StaleRowError unless exactly one row was updated. */
export function assertSaved(result: UpdateResult, table: string, id: string): void {
  if (result.numUpdatedRows !== 1n) throw new StaleRowError(table, id);
}

export const flag = (value: boolean): 0 | 1 => (value ? 1 : 0);
