/** The tables, as kysely sees them. Times are milliseconds since the epoch, booleans 0 or 1, `state` and the like JSON. */
import type { Generated } from 'kysely';
import type {
  ArtifactId,
  AttemptId,
  ChangeId,
  CommitSha,
  CoordinatorId,
  HostId,
  Instant,
  JobId,
  MachineId,
  MergeBatchId,
  MergeEntryId,
  PersonId,
  RepositoryId,
  RunId,
  SessionId,
  TokenId,
} from '#shared/ids.ts';
import type { Outcome } from '#shared/job.ts';
import type { GrantedRole, Role } from '#shared/roles.ts';
import type { RunPurpose } from '#shared/run.ts';

type Json = string;
type Flag = 0 | 1;

export type Tables = {
  role: { name: string; holder: CoordinatorId; epoch: number; expires_at: Instant };
  repository: {
    id: RepositoryId;
    full_name: string;
    clone_url: string;
    default_branch: string;
    is_private: Flag;
    forge: 'github' | 'none';
    last_run_number: number;
    created_at: Instant;
  };
  delivery: {
    id: string;
    event: string;
    repository: string | null;
    body: string;
    received_at: Instant;
    receipts: number;
    status: 'received' | 'handled';
    verdict: string | null;
    note: string | null;
    tries: number;
    next_at: Instant;
  };
  change: {
    id: ChangeId;
    repository_id: RepositoryId;
    number: number;
    title: string;
    author: string;
    author_id: number | null;
    head_ref: string;
    head_sha: CommitSha;
    base_ref: string;
    base_sha: CommitSha;
    is_fork: Flag;
    state: 'open' | 'closed' | 'merged';
    updated_at: Instant;
  };
  branch_head: { repository_id: RepositoryId; branch: string; commit_sha: CommitSha; seen_at: Instant };
  run: {
    id: RunId;
    repository_id: RepositoryId;
    run_key: string;
    number: number;
    commit_sha: CommitSha;
    ref: string;
    purpose: RunPurpose;
    change_id: ChangeId | null;
    is_trusted: Flag;
    admission: Json | null;
    title: string;
    author: string;
    request: Json;
    warnings: Json;
    status: string;
    next_at: Instant;
    state: Json;
    version: number;
    created_at: Instant;
    standing: Generated<string | null>;
    kept_at: Generated<Instant | null>;
    kept_by: Generated<string | null>;
  };
  job: {
    id: JobId;
    run_id: RunId;
    repository_id: RepositoryId;
    suite: string;
    image: string;
    stage: 'suite' | 'on-merge';
    position: number;
    definition: Json;
    class: number;
    is_trusted: Flag;
    change_key: string;
    status: string;
    queued_at: Instant;
    state: Json;
    version: number;
    created_at: Instant;
  };
  attempt: {
    id: AttemptId;
    job_id: JobId;
    run_id: RunId;
    repository_id: RepositoryId;
    number: number;
    machine_id: MachineId;
    host_id: HostId;
    image: string;
    log_owner: CoordinatorId;
    status: 'running' | 'ended';
    outcome: Outcome | null;
    state: Json;
    version: number;
    times: Json;
    platform: Json | null;
    step: number | null;
    log_bytes: number;
    log_inline: Uint8Array | null;
    log_sealed: Json | null;
    log_moments: Json | null;
    marks: Json;
    leased_at: Instant;
    ended_at: Generated<Instant | null>;
    log_blob: Generated<string | null>;
    log_kept: Generated<number>;
    log_removed_at: Generated<Instant | null>;
  };
  machine: {
    id: MachineId;
    image: string;
    manifest: Json;
    host_id: HostId;
    public_key: string | null;
    status: string;
    since: Instant;
    state: Json;
    version: number;
    created_at: Instant;
    expires_at: Instant;
  };
  boot_evidence: { machine_id: MachineId; console: string; received_at: Instant };
  boot_screen: { machine_id: MachineId; png: Uint8Array; bytes: number; received_at: Instant };
  host: {
    id: HostId;
    name: string;
    public_key: string;
    capacity: Json;
    drivers: Json;
    is_draining: Flag;
    last_seen_at: Instant;
    created_at: Instant;
    removed_at: Instant | null;
    traits: Json;
  };
  pool_override: {
    image: string;
    warm: number | null;
    max: number | null;
    idle_ms: number | null;
    is_paused: Flag;
    changed_at: Instant;
  };
  image: { name: string; current: number | null; is_disabled: Flag; changed_at: Instant };
  image_version: {
    image: string;
    number: number;
    digest: string;
    manifest: Json;
    status: 'probation' | 'ready' | 'refused';
    run_id: RunId | null;
    report: Json | null;
    added_at: Instant;
    backfill: 'wanted' | 'done' | null;
  };
  backfill_head: {
    image: string;
    number: number;
    run_id: RunId;
    status: 'filled' | 'passed-over' | 'postponed';
    jobs: number;
    note: string | null;
    tries: number;
    next_at: Instant;
  };
  join_token: {
    hash: string;
    host_name: string;
    expires_at: Instant;
    used_by: string | null;
    traits: Json | null;
  };
  artifact: {
    id: ArtifactId;
    repository_id: RepositoryId;
    job_id: JobId;
    attempt_id: AttemptId;
    path: string;
    bytes: number;
    sha256: string;
    created_at: Instant;
    removed_at: Generated<Instant | null>;
  };
  blob: { sha256: string; bytes: number; is_loose: Flag; mark: number };
  upload: { attempt_id: AttemptId; sha256: string; bytes: number; kind: 'artifact' | 'report' };
  test_list: { id: Generated<number>; digest: string; status: 'writing' | 'whole'; created_at: Instant };
  test: {
    id: Generated<number>;
    test_key: string;
    repository_id: RepositoryId;
    suite: string;
    class_name: string;
    name: string;
  };
  test_list_entry: { list_id: number; test_id: number; is_skipped: Flag };
  test_report: {
    attempt_id: AttemptId;
    job_id: JobId;
    run_id: RunId;
    repository_id: RepositoryId;
    suite: string;
    image: string;
    status: 'received' | 'read';
    tries: number;
    next_at: Instant;
    list_id: number | null;
    counts: Json;
    notices: Json;
    created_at: Instant;
  };
  report_file: {
    attempt_id: AttemptId;
    path: string;
    format: 'junit' | 'tap';
    bytes: number;
    sha256: string;
  };
  test_failure: {
    attempt_id: AttemptId;
    test_id: number;
    position: number;
    outcome: 'failed' | 'errored' | 'flaky';
    file: string | null;
    line: number | null;
    ms: number | null;
    message: string | null;
    output: string | null;
  };
  cache: {
    attempt_id: AttemptId;
    prefix: string;
    repository_id: RepositoryId;
    image: string;
    scope: string;
    key: string;
    sha256: string | null;
    bytes: number | null;
    created_at: Instant;
    used_at: Instant;
  };
  forge_write: {
    id: Generated<number>;
    kind: string;
    repository: string;
    subject: string;
    context: string;
    payload: Json;
    priority: number;
    status: 'pending' | 'sent' | 'dropped' | 'dead';
    tries: number;
    next_at: Instant;
    message: string | null;
    created_at: Instant;
    sent_at: Instant | null;
    begun_at: Generated<Instant | null>;
    forge_id: Generated<number | null>;
  };
  merge_entry: {
    id: MergeEntryId;
    repository_id: RepositoryId;
    change_id: ChangeId;
    base_ref: string;
    head_sha: CommitSha;
    priority: number;
    ask: Json;
    asked_at: Instant;
    status: string;
    state: Json;
    next_at: Instant;
    version: number;
  };
  merge_batch: {
    id: MergeBatchId;
    repository_id: RepositoryId;
    base_ref: string;
    base_sha: CommitSha;
    commit_sha: CommitSha;
    entries: Json;
    status: string;
    state: Json;
    version: number;
    created_at: Instant;
    is_dropped: number;
  };
  merge_lane: {
    repository_id: RepositoryId;
    base_ref: string;
    suspects: Json;
    base_sha: CommitSha | null;
    failed_run: RunId | null;
    next_at: Instant;
    message: string | null;
  };
  person: {
    id: PersonId;
    login: string;
    forge_user_id: number | null;
    created_at: Instant;
    last_seen_at: Instant;
  };
  browser_session: {
    id: SessionId;
    hash: string;
    next_hash: string | null;
    next_at: Instant | null;
    previous_hash: string | null;
    previous_until: Instant | null;
    person_id: PersonId | null;
    browser: string;
    created_at: Instant;
    expires_at: Instant;
    last_seen_at: Instant;
    rotated_at: Instant;
    ended_at: Instant | null;
  };
  api_token: {
    id: TokenId;
    hash: string;
    name: string;
    kind: 'personal' | 'program';
    person_id: PersonId | null;
    role: Role;
    pattern: string;
    created_at: Instant;
    expires_at: Instant;
    last_used_at: Instant | null;
    revoked_at: Instant | null;
  };
  role_grant: {
    login: string;
    pattern: string;
    role: GrantedRole;
    person_id: PersonId | null;
    granted_by: string;
    granted_at: Instant;
  };
  forge_role: { person_id: PersonId; repository_id: RepositoryId; role: Role; checked_at: Instant };
  secret: {
    scope: string;
    stage: string;
    name: string;
    form: string;
    images: Json;
    labels: Json;
    version: number;
    root: string | null;
    wrapped: string | null;
    sealed: string | null;
    set_by: string;
    set_at: Instant;
  };
  secret_log: {
    seq: Generated<number>;
    at: Instant;
    type: string;
    scope: string;
    stage: string;
    name: string;
    version: number;
    by_whom: string | null;
    attempt_id: AttemptId | null;
    job_id: JobId | null;
    run_id: RunId | null;
    image: string | null;
    host_id: HostId | null;
  };
  audit_entry: {
    seq: number;
    at: Instant;
    act: string;
    outcome: string;
    code: string | null;
    actor_kind: string;
    actor: string;
    actor_id: string | null;
    way: string;
    address: string | null;
    repository: string | null;
    subject: string;
    before_act: Json | null;
    after_act: Json | null;
    digest: string;
  };
  audit_chain: { id: number; seq: number; digest: string; start_seq: number; start_digest: string };
  seen_configuration: { id: number; masked: Json; seen_at: Instant };
  event: {
    seq: Generated<number>;
    at: Instant;
    run_id: RunId | null;
    job_id: JobId | null;
    attempt_id: AttemptId | null;
    machine_id: MachineId | null;
    host_id: HostId | null;
    image: string | null;
    type: string;
    data: Json;
  };
};
