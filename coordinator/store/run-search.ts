/**
 * Runs by what people ask for. Each question begins at an index that ends with the id, so that its runs come newest first
 * and the rest of the question is asked of few. What no index can tell is asked of so many runs in one answer.
 */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { isOpenStanding } from '#shared/run.ts';
import { folded, type RunFilter, timesIn, wordsIn } from '#shared/run-filter.ts';
import { testKey } from '#shared/test-api.ts';
import { type Run, type RunQuery, type RunRow, runFrom } from './runs.ts';
import { isSeen } from './sights.ts';
import type { Tx } from './store.ts';

export type RunSearch = RunQuery & { filter: RunFilter };

type Condition = RawBuilder<SqlBool>;

const and = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`${sql.join(conditions, sql` and `)}`;

/**
 * Newest first, at most `max`; `next` is where a further answer goes on, null when everything was looked through. Of an
 * outcome that is none yet (`running`, `queued`) there come all that are under way: their jobs know more.
 */
export async function searchRuns(tx: Tx, search: RunSearch): Promise<{ runs: Run[]; next: RunId | null }> {
  const bounds = await boundsOf(tx, search);
  const floor = bounds && (await floorOf(tx, search, bounds));
  const matches = bounds && (await matchesOf(tx, search, [...bounds, ...notBelow(floor)]));
  if (!bounds || !matches) return { runs: [], next: null };
  const { rows } = await sql<RunRow>`select run.* from run
    where ${and([...bounds.map(bound => bound('run.id')), ...notBelow(floor).map(bound => bound('run.id')), ...matches])}
    order by run.id desc limit ${search.max}`.execute(tx);
  const runs = rows.map(runFrom);
  return { runs, next: (runs.length === search.max && runs.at(-1)?.id) || floor };
}

/** A bound of ids, for whichever column has them. */
type Bound = (column: string) => Condition;

const notBelow = (floor: RunId | null): Bound[] =>
  floor === null ? [] : [column => sql<SqlBool>`${sql.ref(column)} >= ${floor}`];

/** Ids sort by age, so that a time is a bound of ids. Null: there is no run of that time. */
async function boundsOf(tx: Tx, { before, filter }: RunSearch): Promise<Bound[] | null> {
  const { from, to } = timesIn(filter);
  const bounds: Bound[] = before === null ? [] : [column => sql<SqlBool>`${sql.ref(column)} < ${before}`];
  if (from !== null) {
    const first = await nearest(tx, sql`created_at >= ${from} order by created_at, id`);
    if (first === null) return null;
    bounds.push(...notBelow(first));
  }
  if (to !== null) {
    const last = await nearest(tx, sql`created_at < ${to} order by created_at desc, id desc`);
    if (last === null) return null;
    bounds.push(column => sql<SqlBool>`${sql.ref(column)} <= ${last}`);
  }
  return bounds;
}

async function nearest(tx: Tx, condition: RawBuilder<unknown>): Promise<RunId | null> {
  const { rows } = await sql<{ id: RunId }>`select id from run where ${condition} limit 1`.execute(tx);
  return rows[0]?.id ?? null;
}

const isNamed = (column: string, name: string): Condition =>
  sql<SqlBool>`lower(${sql.ref(column)}) = ${folded(name)}`;

const standsAs = (outcome: NonNullable<RunFilter['outcome']>): Condition =>
  isOpenStanding(outcome) ? sql<SqlBool>`run.standing is null` : sql<SqlBool>`run.standing = ${outcome}`;

/** The oldest of the runs that one answer looks through; null when there are no more than that. */
async function floorOf(tx: Tx, search: RunSearch, bounds: readonly Bound[]): Promise<RunId | null> {
  const { table, column, conditions } = beginningOf(search);
  if (table === null) return null;
  const words = wordsOf(search).length;
  const examined = words === 0 ? limits.runsExamined : Math.ceil(limits.runsReadForWords / words);
  // Where it goes on must not tell of a run that the reader may not see.
  const seen = search.sight === null ? [] : [isSeen(`${table}.repository_id`, search.sight)];
  const { rows } = await sql<{ id: RunId }>`select ${sql.ref(column)} as id from ${sql.table(table)}
    where ${and([...conditions, ...seen, ...bounds.map(bound => bound(column))])}
    order by ${sql.ref(column)} desc limit 1 offset ${examined - 1}`.execute(tx);
  return rows[0]?.id ?? null;
}

type Beginning = { table: 'run' | 'job' | null; column: string; conditions: Condition[] };

/** The index that narrows a question the most, as far as that can be told beforehand. */
function beginningOf({ filter, repository }: RunSearch): Beginning {
  const { test, change, author, image, branch, outcome } = filter;
  const ofRun = (...conditions: Condition[]): Beginning => ({ table: 'run', column: 'run.id', conditions });
  // What these can find is few by itself.
  if (test !== undefined || change !== undefined) return { ...ofRun(), table: null };
  if (author !== undefined) return ofRun(isNamed('run.author', author));
  if (image !== undefined)
    return { table: 'job', column: 'job.run_id', conditions: [isNamed('job.image', image)] };
  if (branch !== undefined) return ofRun(isNamed('run.ref', branch));
  if (outcome !== undefined) return ofRun(standsAs(outcome));
  if (repository !== null) return ofRun(sql<SqlBool>`run.repository_id = ${repository}`);
  return ofRun();
}

/** Null: nothing can match. */
async function matchesOf(tx: Tx, search: RunSearch, bounds: readonly Bound[]): Promise<Condition[] | null> {
  const { filter, repository, sight } = search;
  const { author, branch, change, image, outcome, test } = filter;
  const failed = test === undefined ? [] : await findTests(tx, test, search);
  if (test !== undefined && failed.length === 0) return null;
  return [
    ...(author === undefined ? [] : [isNamed('run.author', author)]),
    ...(branch === undefined ? [] : [isNamed('run.ref', branch)]),
    ...(outcome === undefined ? [] : [standsAs(outcome)]),
    ...(change === undefined ? [] : [isOfChange(change)]),
    ...(image === undefined ? [] : [hasImage(image, bounds)]),
    ...(test === undefined ? [] : [hasFailure(failed)]),
    ...(repository === null ? [] : [sql<SqlBool>`run.repository_id = ${repository}`]),
    ...(sight === null ? [] : [isSeen('run.repository_id', sight)]),
    ...wordsOf(search).map(hasWord),
  ];
}

const wordsOf = ({ filter: { text } }: RunSearch): string[] => [...new Set(wordsIn(text ?? ''))];

const isOfChange = (number: number): Condition =>
  sql<SqlBool>`run.change_id in (select change.id from change where change.number = ${number})`;

const hasImage = (image: string, bounds: readonly Bound[]): Condition =>
  sql<SqlBool>`run.id in (select job.run_id from job
    where ${and([isNamed('job.image', image), ...bounds.map(bound => bound('job.run_id'))])})`;

/**
 * Those that have failed, of a name or of all whose names begin so; the key of a test names that one. Also as a test is called
 * where it is shown: its class, a space, its name.
 */
async function findTests(tx: Tx, name: string, { repository, sight }: RunSearch): Promise<number[]> {
  const query = tx
    .selectFrom('test')
    .select('id')
    .where(sql<SqlBool>`exists (select 1 from test_failure where test_failure.test_id = test.id)`)
    .limit(limits.testsNamed);
  const seen = sight === null ? query : query.where(isSeen('test.repository_id', sight));
  const ofRepository = repository === null ? seen : seen.where('repository_id', '=', repository);
  const rows = testKey.safeParse(name).success
    ? await ofRepository.where('test_key', '=', name).execute()
    : await ofRepository.where(isCalled(folded(name))).execute();
  return rows.map(({ id }) => id);
}

/** Each space may be the one between class and name. */
function isCalled(name: string): Condition {
  const spaces = [...name.matchAll(/ /g)].slice(0, limits.filterWords);
  const withClass = spaces.map(
    ({ index }) =>
      sql<SqlBool>`(${begins(name.slice(index + 1))} and lower(class_name) = ${name.slice(0, index)})`,
  );
  return sql<SqlBool>`(${sql.join([begins(name), ...withClass], sql` or `)})`;
}

const begins = (name: string): Condition =>
  sql<SqlBool>`(lower(name) >= ${name} and lower(name) < ${`${name}\u{10ffff}`})`;

const hasFailure = (tests: readonly number[]): Condition =>
  sql<SqlBool>`run.id in (select test_report.run_id from test_failure
    join test_report on test_report.attempt_id = test_failure.attempt_id
    where test_failure.test_id in (${sql.join(tests)})
    order by test_failure.attempt_id desc limit ${limits.testFailuresExamined})`;

const lineEnd = sql.lit('\n');

/** What the words of a text are looked for in. Looked up for each run, so that no planner reads a whole table for it. */
const names = sql`lower(run.title || ${lineEnd} || run.ref || ${lineEnd} || run.author || ${lineEnd}
  || '#' || run.number || ${lineEnd}
  || (select repository.full_name from repository where repository.id = run.repository_id) || ${lineEnd}
  || coalesce((select '#' || change.number || ${lineEnd} || change.title from change
    where change.id = run.change_id), ''))`;

function hasWord(word: string): Condition {
  const plain = word.replace(/[\\%_]/g, '\\$&');
  return sql<SqlBool>`(${names} like ${`%${plain}%`} escape '\\' or run.commit_sha like ${`${plain}%`} escape '\\')`;
}
