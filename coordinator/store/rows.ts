/** What every row module shares: columns that are checked when read, and saving by version. */
import { type RawBuilder, sql } from 'kysely';
import type { z } from 'zod';
import { StaleRowError } from './errors.ts';

/** Reads a column. Throws on an impossible row, naming table, id and column: it is a bug, or somebody's hand. */
export function parseValue<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw new Error(`impossible row ${where}: ${result.error.message}`);
  return result.data;
}

/** Reads a JSON column. Throws like `parseValue`. */
export const parseColumn = <Schema extends z.ZodType>(
  schema: Schema,
  json: string,
  where: string,
): z.output<Schema> => parseValue(schema, parseJson(json, where), where);

/** Texts kept by one parser: more than there are images, and few enough to be forgotten together. */
const textsKept = 256;

/**
 * `parseColumn` for texts that many rows share word for word, such as an image's manifest: each is read once, and the value
 * is shared. Nobody changes a value that came out of the store.
 */
export function columnParser<Schema extends z.ZodType>(schema: Schema) {
  const known = new Map<string, z.output<Schema>>();
  return (json: string, where: string): z.output<Schema> => {
    const found = known.get(json);
    if (found !== undefined) return found;
    if (known.size >= textsKept) known.clear();
    const value = parseColumn(schema, json, where);
    known.set(json, value);
    return value;
  };
}

/** Reads a state union. Its status has a column of its own, for the indexes; the two agree in every possible row. */
export function parseState<Schema extends z.ZodType<{ status: string }>>(
  schema: Schema,
  row: { id: string; status: string; state: string },
  table: string,
): z.output<Schema> {
  const state = parseColumn(schema, row.state, `${table} ${row.id}.state`);
  if (state.status !== row.status)
    throw new Error(
      `impossible row ${table} ${row.id}: ${row.status} by its column, ${state.status} by its state`,
    );
  return state;
}

function parseJson(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(`impossible row ${where}: not JSON`, { cause: error });
  }
}

/**
 * A word of ours in the text of a query. Where an index holds only rows of some status, the planner must see that status:
 * it knows nothing of a parameter's value, and would read the whole table.
 */
export const word = <Word extends string>(value: Word): RawBuilder<Word> => sql.lit(value);

/** @throws StaleRowError unless exactly one row was updated. */
export function assertSaved(updatedRows: bigint, table: string, id: string): void {
  if (updatedRows !== 1n) throw new StaleRowError(table, id);
}

export const flag = (value: boolean): 0 | 1 => (value ? 1 : 0);
