/**
 * With 100,000 jobs queued, and many rows that are done with, the queries of every tick look only at what they need. What
 * the planner says is asserted, never how long it takes.
 */
import { CompiledQuery, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertArtifact } from '#coordinator/store/artifacts.ts';
import { findRunningAttempt, listAttemptsOfJob, listRecentDurations } from '#coordinator/store/attempts.ts';
import { expectBlob, isBlobNamed, listLooseBlobs } from '#coordinator/store/blob-rows.ts';
import { beginCache, keepCache } from '#coordinator/store/caches.ts';
import {
  hasMergedChange,
  isHeadOfOpenChange,
  listOpenChangesAt,
  saveChange,
} from '#coordinator/store/changes.ts';
import {
  listDeliveries,
  listOpenDeliveries,
  nextDeliveryAt,
  receiveDelivery,
} from '#coordinator/store/deliveries.ts';
import {
  appendEvent,
  listEventsOfImage,
  listEventsOfJob,
  listEventsOfRun,
} from '#coordinator/store/events.ts';
import { findCreation } from '#coordinator/store/forge-creations.ts';
import { listPendingWrites, listRefusedSubjects, listUnsentWrites } from '#coordinator/store/forge-writes.ts';
import {
  countAhead,
  type Job,
  listCandidates,
  listCandidatesOfChange,
  listChangesInTurn,
  listJobsOfCommit,
  listJobsOfRun,
  listOccupiedJobs,
  listQueuedJobs,
  listQueueGroups,
  listUntrustedWaiting,
} from '#coordinator/store/jobs.ts';
import {
  findBranchHead,
  findNewestLanded,
  listKnownChanges,
  listLanded,
  listLandedOn,
  saveBranchHead,
} from '#coordinator/store/known-heads.ts';
import { listLandedRuns } from '#coordinator/store/landed-runs.ts';
import { insertMachine, listLiveMachines, listMachinesOfHost } from '#coordinator/store/machines.ts';
import {
  hasEntryFor,
  insertMergeEntry,
  listEntriesToClose,
  never,
} from '#coordinator/store/merge-entries.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { findNewestArtifacts, listOldArtifacts } from '#coordinator/store/old-artifacts.ts';
import { findOldLog } from '#coordinator/store/old-logs.ts';
import { findRepositoryByName } from '#coordinator/store/repositories.ts';
import { searchRuns } from '#coordinator/store/run-search.ts';
import {
  findChangeRun,
  listRuns,
  listRunsOfChange,
  listRunsOfCommit,
  listRunsToPrepare,
  nextPreparationAt,
} from '#coordinator/store/runs.ts';
import { addStatusWrite, findLastStatusWrite } from '#coordinator/store/status-writes.ts';
import { openStore, type Store, type Tx } from '#coordinator/store/store.ts';
import { insertTestReport } from '#coordinator/store/test-reports.ts';
import { listOldReports } from '#coordinator/store/test-retention.ts';
import { ensureTests, insertFailures } from '#coordinator/store/tests.ts';
import { recordUpload } from '#coordinator/store/uploads.ts';
import type { AttemptId, RepositoryId } from '#shared/ids.ts';
import type { RunFilter } from '#shared/run-filter.ts';
import { noTests } from '#shared/test-report.ts';
import type { OpenBench, StoreBench } from './bench.ts';
import {
  addAttempt,
  addJob,
  addRepository,
  addRun,
  at,
  changeFacts,
  commit,
  digest,
  manifest,
} from './sample-rows.ts';

/** Table by table in the order of their references: how many copies of its one row, and what differs in each. */
const copies: [table: string, count: number, differences: Record<string, string>][] = [
  ['repository', 5_000, { id: "id || '_' || n", full_name: 'full_name || n' }],
  [
    'change',
    5_000,
    {
      id: "id || '_' || n",
      number: '100 + n',
      // Most pull requests are over.
      state: "case when n % 100 = 0 then 'open' else 'closed' end",
    },
  ],
  ['branch_head', 5_000, { branch: "branch || '_' || n" }],
  [
    'run',
    5_000,
    {
      id: "id || '_' || n",
      run_key: "'k' || n",
      commit_sha: "'c' || n",
      status: "'planned'",
      author: "'a' || (n % 500)",
      ref: "'r' || (n % 500)",
      standing: "'s' || (n % 500)",
      created_at: 'created_at + n',
      change_id: "change_id || '_' || n",
      purpose: "'landed'",
    },
  ],
  [
    'job',
    100_000,
    {
      id: "id || '_' || n",
      run_id: "run_id || '_' || (1 + n % 5000)",
      repository_id: "repository_id || '_' || (n % 300)",
      image: "'image-' || (n % 50)",
      class: 'n % 3',
      suite: "'s' || n",
      queued_at: 'n',
    },
  ],
  [
    'attempt',
    5_000,
    {
      id: "id || '_' || n",
      job_id: "job_id || '_' || n",
      machine_id: "'m' || n",
      status: "'ended'",
      ended_at: 'leased_at + n',
    },
  ],
  ['test', 5_000, { id: 'id + n', test_key: "'k' || n", name: "'n' || n" }],
  ['test_report', 5_000, { attempt_id: "attempt_id || '_' || n", run_id: "run_id || '_' || n" }],
  ['test_failure', 5_000, { attempt_id: "attempt_id || '_' || n", test_id: 'test_id + n' }],
  [
    'artifact',
    5_000,
    {
      id: "id || '_' || n",
      attempt_id: "attempt_id || '_' || n",
      job_id: "job_id || '_' || n",
      created_at: 'created_at + n',
      sha256: "'d' || n",
    },
  ],
  ['upload', 5_000, { attempt_id: "attempt_id || '_' || n", sha256: "'d' || n" }],
  ['report_file', 5_000, { path: "path || '_' || n", sha256: "'d' || n" }],
  ['cache', 5_000, { prefix: "prefix || '_' || n", sha256: "'d' || n" }],
  ['blob', 5_000, { sha256: "'d' || n", is_loose: '0' }],
  ['machine', 5_000, { id: "id || '_' || n", host_id: "'h' || (n % 9)", status: "'gone'" }],
  ['delivery', 5_000, { id: "id || '_' || n", received_at: 'received_at + n', status: "'handled'" }],
  ['forge_write', 5_000, { id: 'id + n', subject: "'c' || n", status: "'sent'" }],
  [
    'merge_entry',
    5_000,
    {
      id: "id || '_' || n",
      change_id: "change_id || '_' || n",
      head_sha: "'c' || n",
      status: "'landed'",
      next_at: `${never}`,
    },
  ],
  ['event', 5_000, { seq: 'seq + n', job_id: "job_id || '_' || n", machine_id: "'m' || n" }],
];

async function copyRow(tx: Tx, [table, count, differences]: (typeof copies)[number]): Promise<void> {
  const { rows } = await sql<object>`select * from ${sql.table(table)}`.execute(tx);
  const columns = Object.keys(rows[0] ?? {});
  const values = columns.map(column => differences[column] ?? column);
  await sql`
    with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${sql.lit(count)})
    insert into ${sql.table(table)} (${sql.raw(columns.join())})
    select ${sql.raw(values.join())} from numbers, ${sql.table(table)}`.execute(tx);
}

async function addOneOfEach(tx: Tx): Promise<Job> {
  const repository = await addRepository(tx);
  const change = await saveChange(tx, changeFacts(repository));
  await saveBranchHead(tx, repository.id, { branch: 'main', commit: commit(1), seenAt: at });
  const job = await addJob(tx, { run: await addRun(tx, { changeId: change.id }) });
  const attemptId = await addAttempt(tx, { job });
  await addFailure(tx, job, attemptId);
  const bytes = { bytes: 3, sha256: digest(1) };
  const owner = { repositoryId: repository.id, jobId: job.id, attemptId };
  await insertArtifact(tx, { ...owner, path: 'dist/a', ...bytes }, at);
  await recordUpload(tx, attemptId, { ...bytes, kind: 'artifact' });
  const place = { repository: repository.id, image: job.image, scope: 'main', prefix: 'npm', key: 'k' };
  await beginCache(tx, attemptId, place, at);
  await keepCache(tx, attemptId, { prefix: 'npm', ...bytes }, at);
  await expectBlob(tx, bytes);
  await insertMachine(tx, { image: 'debian-12', manifest, hostId: newId.host(), expiresAt: at }, at);
  await receiveDelivery(tx, { id: 'a', event: 'push', repository: null, body: '{}' }, at);
  const payload = { state: 'pending' as const, description: '', targetUrl: '' };
  await addStatusWrite(
    tx,
    { repository: 'acme/rocket', commit: commit(1), context: 'paddock', payload, priority: 0 },
    at,
  );
  await insertMergeEntry(tx, {
    ...{ repositoryId: repository.id, changeId: change.id, baseRef: 'main', headSha: commit(1), priority: 0 },
    ...{ ask: { way: 'label', by: null }, askedAt: at, nextAt: at },
    state: { status: 'landed', at, commit: commit(1), isToClose: true },
  });
  await appendEvent(tx, { at, type: 'job.leased', job: job.id, machine: newId.machine() });
  return job;
}

async function addFailure(tx: Tx, job: Job, attemptId: AttemptId): Promise<void> {
  const { id: jobId, runId, repositoryId, suite, image } = job;
  await ensureTests(tx, [{ key: 'k', repositoryId, suite, className: '', name: 'n' }]);
  const about = { attemptId, jobId, runId, repositoryId, suite, image, status: 'read' as const };
  const report = {
    ...about,
    tries: 1,
    nextAt: at,
    listId: null,
    counts: noTests,
    notices: [],
    createdAt: at,
  };
  await insertTestReport(tx, report, [{ path: 'a.xml', format: 'junit', bytes: 3, sha256: digest(1) }]);
  const facts = { file: null, line: null, ms: null, message: null, output: null };
  await insertFailures(tx, attemptId, [{ testId: 1, outcome: 'failed', ...facts }]);
}

/** What the planner says of every query that `ask` makes. */
async function plansOf(
  { read }: Store,
  explain: string,
  ask: (read: Tx) => Promise<unknown>,
): Promise<string> {
  const asked: CompiledQuery[] = [];
  const listening = read.withPlugin({
    transformQuery({ node, queryId }) {
      const query = read.getExecutor().compileQuery(node, queryId);
      // What becomes a statement has no values yet.
      if (query.parameters.every(value => typeof value !== 'object')) asked.push(query);
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  listening.executeQuery = query => {
    asked.push(query as CompiledQuery);
    return read.executeQuery(query);
  };
  await ask(listening);
  const plans: unknown[] = [];
  for (const query of asked) {
    const { rows } = await read.executeQuery(
      CompiledQuery.raw(`${explain} ${query.sql}`, [...query.parameters]),
    );
    plans.push(...rows.flatMap(row => Object.values(row as object)));
  }
  return plans.join('\n');
}

export function describeIndexes(name: string, openBench: OpenBench): void {
  describe(`${name}: with 100,000 jobs queued`, () => {
    let bench: StoreBench;
    let store: Store;
    let job: Job;
    beforeAll(async () => {
      bench = await openBench('ready');
      store = await openStore(bench.location);
      job = await store.write(addOneOfEach);
      for (const copy of copies) await store.write(tx => copyRow(tx, copy));
      if (bench.database === 'postgres') await bench.outside('vacuum analyze');
    }, 600_000);
    afterAll(async () => {
      await store?.close();
      await bench?.remove();
    });

    const group = () => ({
      image: 'image-1',
      class: 1,
      repositoryId: `${job.repositoryId}_1` as RepositoryId,
    });
    const turns = { shares: new Map([['main', 1]]), isTrustedOnly: true, max: 8 };
    const page = { max: 50, before: null, repository: null, sight: null };
    const search = (read: Tx, filter: RunFilter) => searchRuns(read, { ...page, filter });
    const queries: [what: string, ask: (read: Tx) => Promise<unknown>, ...indexes: string[]][] = [
      ['the groups of an image', read => listQueueGroups(read, 'image-1'), 'job_queue'],
      ['the candidates of a group', read => listCandidates(read, group(), 64), 'job_queue'],
      ['whose turn it is in a group', read => listChangesInTurn(read, group(), turns), 'job_turn'],
      [
        'the candidates of a change',
        read => listCandidatesOfChange(read, group(), job.changeKey, turns),
        'job_turn',
      ],
      ['how many stand before a job', read => countAhead(read, job), 'job_line'],
      ['the oldest queued jobs', read => listQueuedJobs(read, 200), 'job_waiting'],
      ['the jobs that hold a machine', listOccupiedJobs, 'job_occupied'],
      ['the jobs of a run', read => listJobsOfRun(read, job.runId), 'job_by_name'],
      ['the jobs of a commit', read => listJobsOfCommit(read, job.repositoryId, commit(1)), 'run_by_commit'],
      ['the attempts of a job', read => listAttemptsOfJob(read, job.id), 'attempt_by_number'],
      ['the attempt on a machine', read => findRunningAttempt(read, newId.machine()), 'attempt_running'],
      [
        'the last durations of an image',
        read => listRecentDurations(read, 'debian-12', 20),
        'attempt_passed',
      ],
      ['the live machines', listLiveMachines, 'machine_live'],
      ['the machines of a host', read => listMachinesOfHost(read, newId.host()), 'machine_by_host'],
      ['the runs to prepare', read => listRunsToPrepare(read, at, 10), 'run_to_prepare'],
      ['when the next run is due', read => nextPreparationAt(read, at), 'run_to_prepare'],
      ['the runs of a change', read => listRunsOfChange(read, newId.change()), 'run_by_change'],
      ['the runs of a commit', read => listRunsOfCommit(read, job.repositoryId, commit(1)), 'run_by_commit'],
      ['the newest runs', read => listRuns(read, page), 'sqlite_autoindex_run_1', 'run_pkey'],
      [
        'the newest runs of a repository',
        read => listRuns(read, { ...page, repository: newId.repository() }),
        'run_by_repository',
      ],
      ['runs of an author', read => search(read, { author: 'A7' }), 'run_by_author'],
      ['runs of a branch', read => search(read, { branch: 'R7' }), 'run_by_ref'],
      ['runs of a pull request', read => search(read, { change: 700 }), 'change_by_plain_number'],
      ['runs with an image', read => search(read, { image: 'image-7' }), 'job_by_image'],
      ['runs that failed', read => search(read, { outcome: 'failed' }), 'run_by_standing'],
      ['runs under way', read => search(read, { outcome: 'running' }), 'run_by_standing'],
      ['runs in which a test failed', read => search(read, { test: 'N77' }), 'test_by_plain_name'],
      ['runs of a time', read => search(read, { since: '2023-11-14', until: '2023-11-14' }), 'run_by_time'],
      [
        'runs of a branch with words',
        read => search(read, { text: 'fly nowhere', branch: 'r7' }),
        'run_by_ref',
      ],
      [
        'runs by all of it',
        read =>
          search(read, { author: 'a7', branch: 'r7', image: 'image-7', outcome: 'failed', text: 'fly' }),
        'run_by_author',
      ],
      [
        'what has landed on a branch',
        read => listLandedRuns(read, { repositoryId: job.repositoryId, ref: 'r7', max: 20 }),
        'run_landed',
      ],
      ['an old log', read => findOldLog(read, job.repositoryId, at), 'attempt_log_kept'],
      [
        'old artifacts',
        read =>
          listOldArtifacts(read, job.repositoryId, {
            before: at,
            after: { createdAt: 1, id: newId.artifact() },
            max: 20,
          }),
        'artifact_kept',
      ],
      [
        'the newest artifacts of a branch',
        read =>
          findNewestArtifacts(read, job.repositoryId, { landed: 'r7', suite: 'unit', image: 'debian-12' }),
        'run_landed',
      ],
      ['loose blobs', read => listLooseBlobs(read, '', 20), 'blob_loose'],
      ['who names a blob', read => isBlobNamed(read, digest(2)), 'attempt_by_log'],
      ['old reports', read => listOldReports(read, at, 20), 'test_report_by_time'],
      ['a repository by its name', read => findRepositoryByName(read, 'Acme/Rocket'), 'repository_by_name'],
      ['the open deliveries', read => listOpenDeliveries(read, at, 10), 'delivery_open', 'delivery_due'],
      ['when the next delivery is due', nextDeliveryAt, 'delivery_due'],
      [
        'a page of deliveries',
        read => listDeliveries(read, 50, { id: 'a', receivedAt: at }),
        'delivery_by_time',
      ],
      ['the pending writes', read => listPendingWrites(read, 1_000), 'forge_write_pending'],
      [
        'the last status of a context',
        read => findLastStatusWrite(read, { repository: 'acme/rocket', commit: commit(1) }, 'paddock'),
        'forge_write_by_key',
      ],
      ['what happened to a run', read => listEventsOfRun(read, job.runId, 'run.approved'), 'event_by_run'],
      [
        'what somebody has merged here',
        read => hasMergedChange(read, job.repositoryId, 583_231),
        'change_merged',
      ],
      [
        'the open pull requests at a commit',
        read => listOpenChangesAt(read, job.repositoryId, commit(1)),
        'change_open',
      ],
      [
        'whether another pull request is at a commit',
        read => isHeadOfOpenChange(read, job.repositoryId, commit(1), newId.change()),
        'change_open',
      ],
      [
        'the open pull requests of a repository',
        read => listKnownChanges(read, job.repositoryId, []),
        'change_open',
      ],
      [
        'where a branch stood',
        read => findBranchHead(read, job.repositoryId, 'main'),
        'sqlite_autoindex_branch_head_1',
        'branch_head_pkey',
      ],
      [
        'what landed last on a branch',
        read => findNewestLanded(read, job.repositoryId, 'main'),
        'run_landed',
      ],
      ['what landed on a branch', read => listLandedOn(read, job.repositoryId, 'main', 50), 'run_landed'],
      ['what has landed', read => listLanded(read, job.repositoryId, [commit(1)]), 'run_by_key'],
      ['the run of a head', read => findChangeRun(read, job.repositoryId, commit(1)), 'run_by_key'],
      ['the untrusted jobs that wait', read => listUntrustedWaiting(read, ['image-1'], 200), 'job_untrusted'],
      [
        'what is known of a check',
        read =>
          findCreation(read, { kind: 'check', repository: 'acme/rocket', subject: commit(1), context: 'x' }),
        'forge_write_by_key',
      ],
      [
        'the commits of which a status was refused',
        read => listRefusedSubjects(read, { since: at, max: 50 }),
        'forge_write_unsent',
      ],
      ['the unsent writes', read => listUnsentWrites(read, 100), 'forge_write_unsent'],
      [
        'what has landed and is to be closed',
        read => listEntriesToClose(read, at, 10),
        'merge_entry_to_close',
      ],
      [
        'whether a head was ever to be merged',
        read => hasEntryFor(read, { id: newId.change(), headSha: commit(1), baseRef: 'main' }),
        'merge_entry_by_change',
      ],
      ['the story of a job', read => listEventsOfJob(read, job.id), 'event_by_job'],
      ['the decisions about a pool', read => listEventsOfImage(read, 'debian-12', 12), 'event_by_image'],
    ];

    it.each(queries)('finds %s by an index', async (_, ask, ...indexes) => {
      const explain = bench.database === 'sqlite' ? 'explain query plan' : 'explain';
      const plan = await plansOf(store, explain, ask);
      expect(plan).toMatch(new RegExp(indexes.join('|')));
      expect(plan).not.toMatch(/Seq Scan|SCAN (?!step$)\w+(?: USING INDEX sqlite_autoindex_(?!run))?$/m);
    });
  });
}
