/** Who was given which secret, and who changed one. Values are never part of it. */
import type { Selectable } from 'kysely';
import * as z from 'zod';
import type { AttemptId, HostId, Instant, JobId, RunId } from '#shared/ids.ts';
import { parseValue } from './rows.ts';
import type { Tables } from './schema.ts';
import type { SecretKey } from './secrets.ts';
import type { Tx } from './store.ts';

const changeType = z.enum(['set', 'removed', 'rotated', 'given']);

type Recipient = { attempt: AttemptId; job: JobId; run: RunId; image: string; host: HostId };

type Subject = SecretKey & { version: number; at: Instant };

export type SecretLogRow = Omit<Subject, 'stage'> & {
  stage: string;
  type: z.output<typeof changeType>;
  by: string | null;
  to: Recipient | null;
};

export async function logSecretChange(
  tx: Tx,
  {
    scope,
    stage,
    name,
    version,
    at,
    type,
    by,
  }: Subject & { type: 'set' | 'removed' | 'rotated'; by: string },
): Promise<void> {
  await tx
    .insertInto('secret_log')
    .values({
      ...{ at, type, scope, stage, name, version, by_whom: by },
      ...{ attempt_id: null, job_id: null, run_id: null, image: null, host_id: null },
    })
    .execute();
}

/** Once for each attempt: repeating is harmless. */
export async function logSecretsGiven(
  tx: Tx,
  secrets: readonly (SecretKey & { version: number })[],
  { attempt, job, run, image, host }: Recipient,
  at: Instant,
): Promise<void> {
  for (const { scope, stage, name, version } of secrets)
    await tx
      .insertInto('secret_log')
      .values({
        ...{ at, type: 'given', scope, stage, name, version, by_whom: null },
        ...{ attempt_id: attempt, job_id: job, run_id: run, image, host_id: host },
      })
      .onConflict(conflict => conflict.doNothing())
      .execute();
}

export async function wasGivenSecrets(tx: Tx, attempt: AttemptId): Promise<boolean> {
  const given = tx.selectFrom('secret_log').select('seq').where('attempt_id', '=', attempt).limit(1);
  return (await given.executeTakeFirst()) !== undefined;
}

const fromRow = (row: Selectable<Tables['secret_log']>): SecretLogRow => ({
  ...{
    at: row.at,
    scope: row.scope,
    stage: row.stage,
    name: row.name,
    version: row.version,
    by: row.by_whom,
  },
  type: parseValue(changeType, row.type, `secret_log ${row.seq}.type`),
  to: recipientOf(row),
});

function recipientOf(row: Selectable<Tables['secret_log']>): Recipient | null {
  const { attempt_id: attempt, job_id: job, run_id: run, image, host_id: host } = row;
  return attempt && job && run && image && host ? { attempt, job, run, image, host } : null;
}

/** Newest first. */
export async function listSecretLog(
  tx: Tx,
  { scope, stage, name }: Partial<SecretKey>,
  max: number,
): Promise<SecretLogRow[]> {
  let query = tx.selectFrom('secret_log').selectAll().orderBy('seq', 'desc').limit(max);
  if (scope !== undefined) query = query.where('scope', '=', scope);
  if (stage !== undefined) query = query.where('stage', '=', stage);
  if (name !== undefined) query = query.where('name', '=', name);
  return (await query.execute()).map(fromRow);
}

type LastGiven = { at: Instant } & Pick<Recipient, 'job' | 'run' | 'image'>;

/** The job that was given each last; those that no job was are not there. By scope, stage and name, with blanks between. */
export async function listLastGiven(tx: Tx): Promise<Map<string, LastGiven>> {
  const rows = await tx
    .selectFrom('secret_log')
    .selectAll()
    .where('seq', 'in', eb =>
      eb
        .selectFrom('secret_log')
        .select(({ fn }) => fn.max('seq').as('seq'))
        .where('type', '=', 'given')
        .groupBy(['scope', 'stage', 'name']),
    )
    .execute();
  return new Map(
    rows.flatMap(row => {
      const { at, scope, stage, name, to } = fromRow(row);
      if (!to) return [];
      const { job, run, image } = to;
      return [[lastGivenKey({ scope, stage, name }), { at, job, run, image }] as const];
    }),
  );
}

export const lastGivenKey = ({ scope, stage, name }: Record<'scope' | 'stage' | 'name', string>): string =>
  `${scope} ${stage} ${name}`;

/** What is older goes, and of the rest all but the newest `most`. */
export async function forgetSecretLog(tx: Tx, before: Instant, most: number): Promise<void> {
  await tx.deleteFrom('secret_log').where('at', '<', before).execute();
  const oldestKept = await tx
    .selectFrom('secret_log')
    .select('seq')
    .orderBy('seq', 'desc')
    .offset(most)
    .limit(1)
    .executeTakeFirst();
  if (oldestKept) await tx.deleteFrom('secret_log').where('seq', '<=', oldestKept.seq).execute();
}
