/**
 * Rows as each schema held them, frozen when it was released: every table, and every variant of every state. In a file
 * an object stands for JSON text, and `{ "hex": … }` for bytes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Kysely } from 'kysely';
import { expect } from 'vitest';
import { listApiTokens } from '#coordinator/store/api-tokens.ts';
import { listArtifactsOfJobs } from '#coordinator/store/artifacts.ts';
import {
  findSealedLog,
  listAttemptsOfJob,
  readInlineLog,
  readLogMoments,
} from '#coordinator/store/attempts.ts';
import { listAudit } from '#coordinator/store/audit.ts';
import { listBackfillHeads } from '#coordinator/store/backfill.ts';
import { isBlobNamed, listLooseBlobs, sumBlobs } from '#coordinator/store/blob-rows.ts';
import { findEvidence } from '#coordinator/store/boot-evidence.ts';
import { findScreen } from '#coordinator/store/boot-screens.ts';
import { listBrowserSessions } from '#coordinator/store/browser-sessions.ts';
import { listDeliveries } from '#coordinator/store/deliveries.ts';
import { listEventsOfImage, listEventsOfJob } from '#coordinator/store/events.ts';
import { rolesOf } from '#coordinator/store/forge-roles.ts';
import { listUnsentWrites } from '#coordinator/store/forge-writes.ts';
import { findJoinToken, listHosts } from '#coordinator/store/hosts.ts';
import { listImages, listVersions } from '#coordinator/store/images.ts';
import { findJob, listJobsOfRun } from '#coordinator/store/jobs.ts';
import { findBranchHead } from '#coordinator/store/known-heads.ts';
import { findMachine } from '#coordinator/store/machines.ts';
import { findMergeLane, listMergeBatches } from '#coordinator/store/merge-batches.ts';
import {
  listActiveEntries,
  listEndedEntries,
  listEntriesToClose,
  never,
} from '#coordinator/store/merge-entries.ts';
import { listPeople } from '#coordinator/store/people.ts';
import { listPoolOverrides } from '#coordinator/store/pool-overrides.ts';
import { listRoleGrants } from '#coordinator/store/role-grants.ts';
import { searchRuns } from '#coordinator/store/run-search.ts';
import { listRuns } from '#coordinator/store/runs.ts';
import { listSecretLog } from '#coordinator/store/secret-log.ts';
import { listSecrets } from '#coordinator/store/secrets.ts';
import { readSeenConfiguration } from '#coordinator/store/seen-configuration.ts';
import type { Tx } from '#coordinator/store/store.ts';
import { listReportFiles, listTestReportsOfJobs } from '#coordinator/store/test-reports.ts';
import { findTestIds, listFailures } from '#coordinator/store/tests.ts';
import { listUploads } from '#coordinator/store/uploads.ts';
import { attemptId, jobId, machineId, repositoryId } from '#shared/ids.ts';
import { packedMoments, unpackMoments } from '#shared/log-moments.ts';
import { standingOf } from '#shared/run.ts';

export type SampleRows = Record<string, Record<string, unknown>[]>;
export type SchemaSample = { schema: number; rows: SampleRows };

const folder = path.join(import.meta.dirname, 'schema-samples');

/** In the order of the schemas. */
export const samples: SchemaSample[] = readdirSync(folder)
  .sort()
  .map(file => ({
    schema: Number.parseInt(file, 10),
    rows: JSON.parse(readFileSync(path.join(folder, file), 'utf8')),
  }));

function toScalar(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return 'hex' in value ? new Uint8Array(Buffer.from(String(value.hex), 'hex')) : JSON.stringify(value);
}

/** The tables of a file stand in the order of their references. */
export async function insertSample(db: Kysely<SampleRows>, { rows }: SchemaSample): Promise<void> {
  for (const [table, list] of Object.entries(rows))
    for (const row of list) {
      const columns = Object.entries(row).map(([column, value]) => [column, toScalar(value)]);
      await db.insertInto(table).values(Object.fromEntries(columns)).execute();
    }
}

/** Reads every row with the code of today. What a later schema changes about old rows changes here. */
export async function readSample(read: Tx, { rows }: SchemaSample): Promise<void> {
  const statesOf = (table: string) => rows[table]?.map(row => row.state);
  const idsOf = (table: string) => rows[table]?.map(row => String(row.id)) ?? [];
  const runs = await listRuns(read, { max: 99, before: null, repository: null, sight: null });
  expect(runs.map(({ state }) => state).reverse()).toEqual(statesOf('run'));
  for (const run of runs) {
    const standing = standingOf(
      run.state,
      (await listJobsOfRun(read, run.id)).map(({ state }) => state),
    );
    const { runs: found } = await searchRuns(read, {
      ...{ max: 99, before: null, repository: null, sight: null, filter: { outcome: standing } },
    });
    expect(found.map(({ id }) => id)).toContain(run.id);
  }
  const jobs = await Promise.all(idsOf('job').map(id => findJob(read, jobId.parse(id))));
  expect(jobs.map(job => job?.state)).toEqual(statesOf('job'));
  const machines = await Promise.all(idsOf('machine').map(id => findMachine(read, machineId.parse(id))));
  expect(machines.map(machine => machine?.state)).toEqual(statesOf('machine'));
  for (const row of rows.boot_evidence ?? [])
    expect(await findEvidence(read, machineId.parse(row.machine_id))).toMatchObject({ console: row.console });
  for (const row of rows.boot_screen ?? [])
    expect(await findScreen(read, machineId.parse(row.machine_id))).toEqual(new Uint8Array([1, 2, 3]));
  const merges = [
    ...(await listActiveEntries(read)),
    ...(await listEndedEntries(read, { repositoryId: null, max: 99 })),
  ];
  expect(merges.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ state }) => state)).toEqual(
    statesOf('merge_entry') ?? [],
  );
  const toClose = merges.filter(({ state }) => state.status === 'landed' && state.isToClose);
  expect(await listEntriesToClose(read, never - 1, 9)).toEqual(toClose);
  const batches = await listMergeBatches(read, { repositoryId: null, max: 99 });
  expect(batches.map(({ state }) => state).reverse()).toEqual(statesOf('merge_batch') ?? []);
  for (const row of rows.merge_lane ?? []) {
    const key = { repositoryId: repositoryId.parse(row.repository_id), baseRef: String(row.base_ref) };
    expect(await findMergeLane(read, key)).toMatchObject({ suspects: row.suspects, message: row.message });
  }
  const job = jobId.parse(rows.attempt?.[0]?.job_id);
  const attempt = attemptId.parse(rows.attempt?.[0]?.id);
  expect((await listAttemptsOfJob(read, job)).map(({ state }) => state)).toEqual(statesOf('attempt'));
  expect(await readInlineLog(read, attempt)).toEqual(new Uint8Array([1, 2, 3]));
  expect(await findSealedLog(read, attempt)).toEqual(rows.attempt?.[0]?.log_sealed);
  const moments = packedMoments.parse(rows.attempt?.[0]?.log_moments ?? []);
  expect(await readLogMoments(read, attempt)).toEqual(unpackMoments(moments));
  expect(await listUploads(read, attempt)).toHaveLength(rows.upload?.length ?? 0);
  expect(await listArtifactsOfJobs(read, [job])).toHaveLength(rows.artifact?.length ?? 0);
  const eventsOf = (owner: string) => rows.event?.filter(row => row[owner] != null).length ?? 0;
  expect(await listEventsOfJob(read, job)).toHaveLength(eventsOf('job_id'));
  expect(await listEventsOfImage(read, 'debian-12', 9)).toHaveLength(eventsOf('image'));
  const hosts = rows.host?.filter(row => row.removed_at == null) ?? [];
  expect((await listHosts(read)).map(({ id }) => String(id))).toEqual(hosts.map(row => row.id));
  const traits = hosts.map(row => row.traits ?? { labels: {}, resources: {} });
  expect((await listHosts(read)).map(host => host.traits)).toEqual(traits);
  const versions = rows.image_version ?? [];
  expect(await listImages(read)).toHaveLength(rows.image?.length ?? 0);
  expect((await listVersions(read, 'netbsd-10')).map(({ status }) => status).reverse()).toEqual(
    versions.map(({ status }) => status),
  );
  const heads = await Promise.all(
    versions.map(({ image, number }) =>
      listBackfillHeads(read, { image: String(image), number: Number(number) }),
    ),
  );
  expect(heads.flat()).toHaveLength(rows.backfill_head?.length ?? 0);
  expect((await listVersions(read, 'netbsd-10')).map(({ backfill }) => backfill).reverse()).toEqual(
    versions.map(({ backfill = null }) => backfill),
  );
  expect(await listPoolOverrides(read)).toHaveLength(rows.pool_override?.length ?? 0);
  expect(await findJoinToken(read, 'hash')).toMatchObject({
    usedBy: 'UA',
    traits: rows.join_token?.[0]?.traits ?? null,
  });
  expect(await listDeliveries(read, 9, null)).toHaveLength(rows.delivery?.length ?? 0);
  expect(await listUploads(read, attempt)).toEqual(
    (rows.upload ?? []).map(({ sha256, bytes, kind = 'artifact' }) => ({ sha256, bytes, kind })),
  );
  const reports = (rows.test_report ?? []).map(({ counts, notices }) =>
    expect.objectContaining({ counts, notices }),
  );
  expect(await listTestReportsOfJobs(read, [job])).toEqual(reports);
  expect(await listReportFiles(read, attempt)).toHaveLength(rows.report_file?.length ?? 0);
  expect(await listFailures(read, [attempt], 9)).toHaveLength(rows.test_failure?.length ?? 0);
  const keys = (rows.test ?? []).map(row => String(row.test_key));
  expect([...(await findTestIds(read, keys)).keys()]).toEqual(keys);
  const kept = rows.secret?.filter(row => row.root != null) ?? [];
  expect(await listSecrets(read)).toMatchObject(
    kept.map(({ scope, name, stage, images, version }) => ({ scope, name, stage, images, version })),
  );
  expect((await listSecretLog(read, {}, 9)).map(({ type }) => type).reverse()).toEqual(
    (rows.secret_log ?? []).map(({ type }) => type),
  );
  const entries = await listAudit(read, {}, { before: null, max: 9 });
  expect(entries.map(({ seq, act, before, after }) => ({ seq, act, before, after })).reverse()).toEqual(
    (rows.audit_entry ?? []).map(({ seq, act, before_act: before, after_act: after }) => ({
      ...{ seq, act, before, after },
    })),
  );
  expect(await readSeenConfiguration(read)).toEqual(rows.seen_configuration?.[0]?.masked ?? null);
  for (const row of rows.branch_head ?? [])
    expect(
      await findBranchHead(read, repositoryId.parse(row.repository_id), String(row.branch)),
    ).toMatchObject({ commit: row.commit_sha, seenAt: row.seen_at });
  const people = await listPeople(read, 9);
  expect(people.map(({ id }) => String(id))).toEqual(idsOf('person'));
  const sessions = await listBrowserSessions(read, 'everybody', 9);
  expect(sessions.map(({ hash, endedAt }) => [hash, endedAt]).reverse()).toEqual(
    (rows.browser_session ?? []).map(row => [row.hash, row.ended_at]),
  );
  const tokens = await listApiTokens(read, 'everybody', 9);
  expect(tokens.map(({ role, kind }) => [role, kind]).reverse()).toEqual(
    (rows.api_token ?? []).map(row => [row.role, row.kind]),
  );
  expect(await listRoleGrants(read)).toHaveLength(rows.role_grant?.length ?? 0);
  for (const { id } of people) expect(await rolesOf(read, id, 0)).toHaveLength(rows.forge_role?.length ?? 0);
  const writes = (rows.forge_write ?? rows.status_write ?? []).map(({ kind = 'status', payload }) => ({
    kind,
    payload,
  }));
  expect((await listUnsentWrites(read, 9)).map(({ kind, payload }) => ({ kind, payload }))).toEqual(
    writes.map(({ kind, payload }) => ({ kind, payload })),
  );
  const digests = ['artifact', 'upload', 'report_file', 'cache'].flatMap(table =>
    (rows[table] ?? []).flatMap(({ sha256 }) => (typeof sha256 === 'string' ? [sha256] : [])),
  );
  const sealed = String((rows.attempt?.[0]?.log_sealed as { sha256: string } | undefined)?.sha256);
  expect((await sumBlobs(read)).count).toBe(new Set([...digests, sealed]).size);
  expect(await listLooseBlobs(read, '', 9)).toEqual([]);
  for (const sha256 of [...digests, sealed]) expect(await isBlobNamed(read, sha256)).toBe(true);
}
