/**
 * Queries that are built and compiled once. kysely makes a tree of frozen nodes for every query and walks it to write SQL;
 * for the small queries of ours that costs several times what SQLite takes to answer, and on the way from a webhook to its
 * verdict there are a hundred of them. What stays the same is kysely's: types, placeholders, dialects.
 */
import type { CompiledQuery, DialectAdapter, QueryResult } from 'kysely';
import type { Tx } from './store.ts';

/** Stands in a query for a value that each execution brings. */
class Parameter {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export type Statement<Input extends object, Row> = {
  all(tx: Tx, input: Input): Promise<Row[]>;
  first(tx: Tx, input: Input): Promise<Row | undefined>;
  /** @throws Error when there is none. */
  one(tx: Tx, input: Input): Promise<Row>;
  /** @returns how many rows it changed. */
  run(tx: Tx, input: Input): Promise<bigint>;
};

/**
 * Makes a statement of a query. `build` is called once for each database system, with an input whose every field is a
 * placeholder of its type: it must pass them on as values, and neither look at them nor do anything else.
 */
export function statement<Input extends object, Row>(
  build: (db: Tx, input: Input) => { compile(db: Tx): CompiledQuery<Row> },
): Statement<Input, Row> {
  const placeholders = new Proxy({} as Input, { get: (_, name) => new Parameter(String(name)) });
  const compiled = new WeakMap<DialectAdapter, CompiledQuery<Row>>();

  function compile(tx: Tx): CompiledQuery<Row> {
    const { adapter } = tx.getExecutor();
    const known = compiled.get(adapter);
    if (known) return known;
    const query = build(tx, placeholders).compile(tx);
    compiled.set(adapter, query);
    return query;
  }

  function execute(tx: Tx, input: Input): Promise<QueryResult<Row>> {
    const query = compile(tx);
    return tx.executeQuery({ ...query, parameters: query.parameters.map(value => bind(value, input)) });
  }

  return {
    all: async (tx, input) => (await execute(tx, input)).rows,
    first: async (tx, input) => (await execute(tx, input)).rows[0],
    async one(tx, input) {
      const [row] = (await execute(tx, input)).rows;
      if (row === undefined) throw new Error(`no row came of: ${compile(tx).sql}`);
      return row;
    },
    run: async (tx, input) => (await execute(tx, input)).numAffectedRows ?? 0n,
  };
}

/** The named fields of an input, for a query that takes an object: placeholders have no keys to be listed. */
export const pick = <Input extends object, Key extends keyof Input>(
  input: Input,
  keys: readonly Key[],
): Pick<Input, Key> => Object.fromEntries(keys.map(key => [key, input[key]])) as Pick<Input, Key>;

const bind = (value: unknown, input: object): unknown =>
  value instanceof Parameter ? (input as Record<string, unknown>)[value.name] : value;
