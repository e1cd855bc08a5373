import type { Selectable } from 'kysely';
import * as z from 'zod';
import {
  type AttemptState,
  type AttemptTimes,
  attemptState,
  attemptTimes,
  type Mark,
  mark,
} from '#shared/attempt.ts';
import {
  type AttemptId,
  type CoordinatorId,
  type HostId,
  type Instant,
  type JobId,
  type MachineId,
  type RepositoryId,
  type RunId,
  sha256,
} from '#shared/ids.ts';
import { outcomeOf } from '#shared/job.ts';
import { type Moment, packedMoments, packMoments, unpackMoments } from '#shared/log-moments.ts';
import { type GuestPlatform, guestPlatform } from '#shared/messages.ts';
import { loosen } from './blob-rows.ts';
import { newId } from './new-id.ts';
import { assertSaved, columnParser, parseColumn, parseState, word } from './rows.ts';
import type { Tables } from './schema.ts';
import { pick, statement } from './statement.ts';
import type { Tx } from './store.ts';

export type Attempt = {
  id: AttemptId;
  jobId: JobId;
  runId: RunId;
  repositoryId: RepositoryId;
  number: number;
  machineId: MachineId;
  hostId: HostId;
  image: string;
  logOwner: CoordinatorId;
  state: AttemptState;
  times: AttemptTimes;
  platform: GuestPlatform | null;
  /** Index of the step that runs, as its agent said last. */
  step: number | null;
  marks: Mark[];
  /** When its log went; null: it is there, or has never been. */
  logRemovedAt: Instant | null;
  version: number;
};

const newColumns = [
  'id',
  'job_id',
  'run_id',
  'repository_id',
  'number',
  'machine_id',
  'host_id',
  'image',
  'log_owner',
  'status',
  'state',
  'times',
  'platform',
  'step',
  'marks',
  'version',
] as const;
/** Without the bytes of a small log: those are read by `readInlineLog` alone. */
const columns = [...newColumns, 'log_removed_at'] as const;
type Row = Pick<Selectable<Tables['attempt']>, (typeof columns)[number]>;

const platformOf = columnParser(guestPlatform);
const marksOf = z.array(mark);

const fromRow = (row: Row): Attempt => ({
  id: row.id,
  jobId: row.job_id,
  runId: row.run_id,
  repositoryId: row.repository_id,
  number: row.number,
  machineId: row.machine_id,
  hostId: row.host_id,
  image: row.image,
  logOwner: row.log_owner,
  state: parseState(attemptState, row, 'attempt'),
  times: parseColumn(attemptTimes, row.times, `attempt ${row.id}.times`),
  platform: row.platform === null ? null : platformOf(row.platform, `attempt ${row.id}.platform`),
  step: row.step,
  marks: parseColumn(marksOf, row.marks, `attempt ${row.id}.marks`),
  logRemovedAt: row.log_removed_at,
  version: row.version,
});

export type NewAttempt = Pick<
  Attempt,
  'jobId' | 'runId' | 'repositoryId' | 'number' | 'machineId' | 'hostId' | 'image' | 'logOwner'
> & { queuedAt: Instant };

export const newAttemptId = (): AttemptId => newId.attempt();

/** Nothing has been said of its log yet. */
const noLog = { outcome: null, log_bytes: 0, log_inline: null, log_sealed: null, log_moments: null };

type LaterColumn = 'ended_at' | 'log_blob' | 'log_kept' | 'log_removed_at';

const insert = statement((db, row: Omit<Tables['attempt'], keyof typeof noLog | LaterColumn>) =>
  db.insertInto('attempt').values({ ...pick(row, [...newColumns, 'leased_at']), ...noLog }),
);

export async function insertAttempt(
  tx: Tx,
  id: AttemptId,
  { queuedAt, ...attempt }: NewAttempt,
  at: Instant,
): Promise<Attempt> {
  const state: AttemptState = { status: 'running', phase: 'starting' };
  const times: AttemptTimes = {
    queuedAt,
    leasedAt: at,
    sourceAt: null,
    stepsAt: null,
    uploadsAt: null,
    endedAt: null,
  };
  await insert.run(tx, {
    id,
    job_id: attempt.jobId,
    run_id: attempt.runId,
    repository_id: attempt.repositoryId,
    number: attempt.number,
    machine_id: attempt.machineId,
    host_id: attempt.hostId,
    image: attempt.image,
    log_owner: attempt.logOwner,
    status: 'running',
    state: JSON.stringify(state),
    version: 1,
    times: JSON.stringify(times),
    platform: null,
    step: null,
    marks: '[]',
    leased_at: at,
  });
  return {
    id,
    ...attempt,
    state,
    times,
    platform: null,
    step: null,
    marks: [],
    logRemovedAt: null,
    version: 1,
  };
}

/** Those that run now, with how long their job may take. */
export const listRunningAttempts = (
  tx: Tx,
  max: number,
): Promise<{ id: AttemptId; image: string; leasedAt: Instant; jobId: JobId }[]> =>
  tx
    .selectFrom('attempt')
    .select(['id', 'image', 'leased_at as leasedAt', 'job_id as jobId'])
    .where('status', '=', word('running'))
    .orderBy('id')
    .limit(max)
    .execute();

const byId = statement((db, { id }: Pick<Attempt, 'id'>) =>
  db.selectFrom('attempt').select(columns).where('id', '=', id),
);

export async function findAttempt(tx: Tx, id: AttemptId): Promise<Attempt | null> {
  const row = await byId.first(tx, { id });
  return row ? fromRow(row) : null;
}

/** Oldest first. */
export const listAttemptsOfJob = (tx: Tx, jobId: JobId): Promise<Attempt[]> =>
  listAttemptsOfJobs(tx, [jobId]);

/** Oldest first within each job. */
export async function listAttemptsOfJobs(tx: Tx, jobIds: JobId[]): Promise<Attempt[]> {
  if (jobIds.length === 0) return [];
  const rows = await tx
    .selectFrom('attempt')
    .select(columns)
    .where('job_id', 'in', jobIds)
    .orderBy('number')
    .execute();
  return rows.map(fromRow);
}

/** The newest attempt of each job. */
export async function listLastAttempts(tx: Tx, jobIds: JobId[]): Promise<Map<JobId, Attempt>> {
  const attempts = await listAttemptsOfJobs(tx, jobIds);
  return new Map(attempts.map(attempt => [attempt.jobId, attempt]));
}

const last = statement((db, { jobId }: Pick<Attempt, 'jobId'>) =>
  db.selectFrom('attempt').select(columns).where('job_id', '=', jobId).orderBy('number', 'desc').limit(1),
);

export async function findLastAttempt(tx: Tx, jobId: JobId): Promise<Attempt | null> {
  const row = await last.first(tx, { jobId });
  return row ? fromRow(row) : null;
}

const running = statement((db, { machineId }: Pick<Attempt, 'machineId'>) =>
  db
    .selectFrom('attempt')
    .select(columns)
    .where('machine_id', '=', machineId)
    .where('status', '=', word('running')),
);

/** The attempt that runs on a machine, null when it holds none. */
export async function findRunningAttempt(tx: Tx, machineId: MachineId): Promise<Attempt | null> {
  const row = await running.first(tx, { machineId });
  return row ? fromRow(row) : null;
}

const savedColumns = [
  'status',
  'outcome',
  'state',
  'times',
  'platform',
  'step',
  'marks',
  'log_bytes',
  'ended_at',
] as const;

const save = statement(
  (db, row: Pick<Selectable<Tables['attempt']>, 'id' | 'version' | (typeof savedColumns)[number]>) =>
    db
      .updateTable('attempt')
      .set(eb => ({ ...pick(row, savedColumns), version: eb('version', '+', 1) }))
      .where('id', '=', row.id)
      .where('version', '=', row.version),
);

/** Saves state, times, platform, step and marks. @throws StaleRowError when the attempt changed since it was loaded. */
export async function saveAttempt(tx: Tx, attempt: Attempt): Promise<Attempt> {
  const saved = await save.run(tx, {
    status: attempt.state.status,
    outcome: attempt.state.status === 'ended' ? outcomeOf(attempt.state.end) : null,
    state: JSON.stringify(attempt.state),
    times: JSON.stringify(attempt.times),
    platform: attempt.platform === null ? null : JSON.stringify(attempt.platform),
    step: attempt.step,
    marks: JSON.stringify(attempt.marks),
    log_bytes: attempt.state.status === 'ended' ? attempt.state.log.bytes : 0,
    ended_at: attempt.state.status === 'ended' ? attempt.state.at : null,
    id: attempt.id,
    version: attempt.version,
  });
  assertSaved(saved, 'attempt', attempt.id);
  return { ...attempt, version: attempt.version + 1 };
}

const logColumns = ['log_inline', 'log_moments', 'log_kept'] as const;

const saveLog = statement(
  (db, row: Pick<Selectable<Tables['attempt']>, 'id' | (typeof logColumns)[number]>) =>
    db.updateTable('attempt').set(pick(row, logColumns)).where('id', '=', row.id),
);

/** Keeps what is not the log directory's, in the transaction that ends the attempt: moments, and a small log's bytes. */
export async function saveEndedLog(
  tx: Tx,
  id: AttemptId,
  { inline, moments }: { inline: Uint8Array | null; moments: readonly Moment[] },
): Promise<void> {
  if (!inline && moments.length === 0) return;
  await saveLog.run(tx, {
    id,
    log_inline: inline,
    log_moments: JSON.stringify(packMoments(moments)),
    log_kept: inline?.length ?? 0,
  });
}

/** @returns none of a log that ended before they were kept. */
export async function readLogMoments(tx: Tx, id: AttemptId): Promise<Moment[]> {
  const row = await tx.selectFrom('attempt').select('log_moments').where('id', '=', id).executeTakeFirst();
  const packed = row?.log_moments ?? '[]';
  return unpackMoments(parseColumn(packedMoments, packed, `attempt ${id}.log_moments`));
}

/** @returns the bytes of a small log, null when the log is in the log directory. */
export async function readInlineLog(tx: Tx, id: AttemptId): Promise<Uint8Array | null> {
  const row = await tx.selectFrom('attempt').select('log_inline').where('id', '=', id).executeTakeFirst();
  return row?.log_inline ?? null;
}

const sealedLog = z.object({ sha256, bytes: z.number().int(), epoch: z.number().int() });

/** Where the sealed form of a log is: a blob, written by this start (`epoch`) of its owner. */
export type SealedLog = z.infer<typeof sealedLog>;

/** @returns null until the owner has sealed a log that is not inline. */
export async function findSealedLog(tx: Tx, id: AttemptId): Promise<SealedLog | null> {
  const row = await tx.selectFrom('attempt').select('log_sealed').where('id', '=', id).executeTakeFirst();
  return row?.log_sealed ? parseColumn(sealedLog, row.log_sealed, `attempt ${id}.log_sealed`) : null;
}

/** @returns false when the log has another owner by now, a later start of it has written, or it was removed; nothing changed then. */
export async function saveSealedLog(
  tx: Tx,
  id: AttemptId,
  owner: CoordinatorId,
  sealed: SealedLog,
): Promise<boolean> {
  const known = await findSealedLog(tx, id);
  if (known && known.epoch > sealed.epoch) return false;
  if (known && known.sha256 !== sealed.sha256) await loosen(tx, [known]);
  const row = await tx
    .updateTable('attempt')
    .set({ log_sealed: JSON.stringify(sealed), log_blob: sealed.sha256, log_kept: sealed.bytes })
    .where('id', '=', id)
    .where('log_owner', '=', owner)
    .where('log_removed_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Lease-to-end times of the last passed attempts of an image: the history behind an estimate. In ms, newest first. */
export async function listRecentDurations(tx: Tx, image: string, max: number): Promise<number[]> {
  const rows = await tx
    .selectFrom('attempt')
    .select(['id', 'times'])
    .where('image', '=', image)
    .where('outcome', '=', word('passed'))
    .orderBy('id', 'desc')
    .limit(max)
    .execute();
  return rows.flatMap(row => {
    const { leasedAt, endedAt } = parseColumn(attemptTimes, row.times, `attempt ${row.id}.times`);
    return endedAt === null ? [] : [endedAt - leasedAt];
  });
}
