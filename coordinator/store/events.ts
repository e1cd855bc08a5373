import type { AttemptId, HostId, Instant, JobId, MachineId, RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Tables } from './schema.ts';
import { pick, statement } from './statement.ts';
import type { Tx } from './store.ts';

/** Something that happened, in the past tense (`job.leased`), written in the transaction that made it true. */
export type EventRecord = {
  at: Instant;
  type: string;
  run?: RunId;
  job?: JobId;
  attempt?: AttemptId;
  machine?: MachineId;
  host?: HostId;
  /** Whose pool it was decided for. */
  image?: string;
  data?: Record<string, unknown>;
};

type NewRow = Omit<Tables['event'], 'seq'>;

const insert = statement((db, row: NewRow) =>
  db
    .insertInto('event')
    .values(
      pick(row, ['at', 'run_id', 'job_id', 'attempt_id', 'machine_id', 'host_id', 'image', 'type', 'data']),
    ),
);

export async function appendEvent(tx: Tx, event: EventRecord): Promise<void> {
  await insert.run(tx, {
    at: event.at,
    run_id: event.run ?? null,
    job_id: event.job ?? null,
    attempt_id: event.attempt ?? null,
    machine_id: event.machine ?? null,
    host_id: event.host ?? null,
    image: event.image ?? null,
    type: event.type,
    data: JSON.stringify(event.data ?? {}),
  });
}

/**
 * The story of a job and of the machines that ran it, in order. A machine that stays runs other jobs too, of other
 * repositories: their events are not part of it.
 */
export async function listEventsOfJob(tx: Tx, jobId: JobId): Promise<EventRecord[]> {
  const attempts = tx.selectFrom('attempt').where('attempt.job_id', '=', jobId);
  const rows = await tx
    .selectFrom('event')
    .selectAll()
    .where(eb =>
      eb.or([
        eb('job_id', '=', jobId),
        eb.and([
          eb('machine_id', 'in', attempts.select('attempt.machine_id')),
          eb('job_id', 'is', null),
          eb.or([eb('attempt_id', 'is', null), eb('attempt_id', 'in', attempts.select('attempt.id'))]),
        ]),
      ]),
    )
    .orderBy('seq')
    .limit(limits.jobEvents)
    .execute();
  return rows.map(fromRow);
}

/** What of one type happened to a run itself, oldest first. */
export async function listEventsOfRun(tx: Tx, run: RunId, type: string): Promise<EventRecord[]> {
  const rows = await tx
    .selectFrom('event')
    .selectAll()
    .where('run_id', '=', run)
    .where('type', '=', type)
    .orderBy('seq')
    .limit(limits.jobEvents)
    .execute();
  return rows.map(fromRow);
}

/** What was decided for an image's pool, newest first. */
export async function listEventsOfImage(tx: Tx, image: string, max: number): Promise<EventRecord[]> {
  const rows = await tx
    .selectFrom('event')
    .selectAll()
    .where('image', '=', image)
    .orderBy('seq', 'desc')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}

export type Decision = EventRecord & { seq: number };

/**
 * What was decided of pools, images and hosts, newest first, older than `before`; at most `max`. So many events are looked
 * through, and no more: `next` is where a further answer goes on, null when everything was.
 */
export async function listDecisions(
  tx: Tx,
  { before, max }: { before: number | null; max: number },
): Promise<{ items: Decision[]; next: number | null }> {
  const { newest } = await tx
    .selectFrom('event')
    .select(eb => eb.fn.max<number | null>('seq').as('newest'))
    .executeTakeFirstOrThrow();
  const top = before ?? Number(newest ?? 0) + 1;
  const floor = Math.max(0, top - limits.decisionsExamined);
  const rows = await tx
    .selectFrom('event')
    .selectAll()
    .where('seq', '<', top)
    .where('seq', '>=', floor)
    .where(eb => eb.or([eb('image', 'is not', null), eb('type', 'like', 'host.%')]))
    .orderBy('seq', 'desc')
    .limit(max)
    .execute();
  const items = rows.map(row => ({ ...fromRow(row), seq: Number(row.seq) }));
  const last = items.length === max ? items.at(-1)?.seq : undefined;
  return { items, next: last ?? (floor > 1 ? floor : null) };
}

/** The story of a machine, in order. */
export async function listEventsOfMachine(tx: Tx, id: MachineId, max: number): Promise<EventRecord[]> {
  const rows = await tx
    .selectFrom('event')
    .selectAll()
    .where('machine_id', '=', id)
    .orderBy('seq')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}

const fromRow = (row: NewRow): EventRecord => ({
  at: row.at,
  type: row.type,
  ...(row.run_id ? { run: row.run_id } : {}),
  ...(row.job_id ? { job: row.job_id } : {}),
  ...(row.attempt_id ? { attempt: row.attempt_id } : {}),
  ...(row.machine_id ? { machine: row.machine_id } : {}),
  ...(row.host_id ? { host: row.host_id } : {}),
  ...(row.image ? { image: row.image } : {}),
  data: JSON.parse(row.data) as Record<string, unknown>,
});
