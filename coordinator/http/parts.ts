/** What the HTTP layer is given by the composition root: verbs of the features, nothing of the store. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type {
  ArtifactView,
  AttemptView,
  DeliveryView,
  EventView,
  JobView,
  LiveFrame,
  LogSocketFrame,
  RunView,
  SystemView,
  startRun,
} from '#shared/api.ts';
import type { LogSeal } from '#shared/attempt.ts';
import type { AuditValues } from '#shared/audit.ts';
import type { BadgeSubject, BadgeWord } from '#shared/badge.ts';
import type { CacheFilter, CachesView, dropCachesRequest } from '#shared/cache-api.ts';
import type { CredentialsView } from '#shared/credentials.ts';
import type {
  DecisionPage,
  DecisionQuery,
  FleetView,
  HostDetail,
  HostInvitation,
  HostView,
  MachineDetail,
  MachineView,
  PoolDetail,
  PoolPreview,
  PoolView,
} from '#shared/fleet-api.ts';
import type { HostTraitsChange } from '#shared/host-traits.ts';
import type {
  ArtifactId,
  AttemptId,
  CommitSha,
  Instant,
  JobId,
  MachineId,
  RunId,
  SessionId,
  TokenId,
} from '#shared/ids.ts';
import type {
  ImageAdded,
  ImageDetail,
  ImageFilePart,
  ImageFileProgress,
  ImageView,
} from '#shared/image-api.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import type { LogHits, LogLines, LogView } from '#shared/log-api.ts';
import type { TextQuery } from '#shared/log-text.ts';
import type { askMerge, MergeStanding, MergingView, withdrawMerge } from '#shared/merge-api.ts';
import type { EnrolAnswer, EnrolRequest } from '#shared/messages.ts';
import type {
  BrowserSessionView,
  grantRole,
  PeopleView,
  revokeRole,
  TokenMade,
  TokenView,
} from '#shared/people-api.ts';
import type { PoolChange } from '#shared/pool.ts';
import type { QueueQuery, QueueView } from '#shared/queue-api.ts';
import type { ReadyParts } from '#shared/readiness.ts';
import type { HttpRefusalCode, Refused } from '#shared/refusals.ts';
import type { Repositoryish } from '#shared/roles.ts';
import type { RunFilter } from '#shared/run-filter.ts';
import type { RunLine } from '#shared/run-line.ts';
import type { TimelineAttempt } from '#shared/run-timeline.ts';
import type {
  RootKeyRotated,
  SecretDetail,
  SecretLogEntry,
  SecretLogQuery,
  SecretPlace,
  SecretSaved,
  SecretsView,
  SetSecret,
} from '#shared/secrets.ts';
import type { JobTests, TestHistory } from '#shared/test-api.ts';
import type { Actor } from '../access/actor.ts';
import type { ForgeSignIn } from '../access/forge-sign-in.ts';
import type { PeopleAccess } from '../access/people-access.ts';
import type { TokenWish } from '../access/token-desk.ts';
import type { Audit, Tx } from '../audit/audit.ts';
import type { HistoryAsked } from '../runs/browse-tests.ts';
import type { WebApp } from './web-app.ts';

export type DeliveryHeaders = {
  id: string | undefined;
  event: string | undefined;
  signature: string | undefined;
};
export type DeliveryAnswer =
  | { status: 202; message: string }
  | { status: 400 | 401 | 503; message: string; code: HttpRefusalCode };

/** The bytes of [from, to); nothing is opened before the first is asked for. */
export type ReadRange = (from: number, to: number) => AsyncIterable<Uint8Array>;

/** A log as far as it is stored now; `seal` is null while it is live. */
export type StoredLog = {
  bytes: number;
  lines: number;
  seal: LogSeal | null;
  read: ReadRange;
  /** Where the last `count` lines begin: the lines before them, and the byte. */
  lastLines(count: number): Promise<{ first: number; from: number }>;
  view(): Promise<LogView>;
  /** Whole lines, or the beginning of one that is too large; at most `limits.logPageBytes`. */
  page(first: number, count: number): Promise<LogLines>;
  /** Ends early when the signal aborts. */
  search(query: TextQuery, range: { from: number; max: number }, gone: AbortSignal): Promise<LogHits>;
};

/** The place of a delivery in the list, newest first: several may arrive in the same millisecond. */
export type DeliveryPlace = { receivedAt: Instant; id: string };

export type Access = Omit<PeopleAccess, 'openLinks' | 'hasAnybodySignedIn' | 'removeOld'>;

/** Tokens, sessions and roles. What somebody may not do is refused here, or is as if it were not there. */
export type PeopleDesk = {
  tokens(actor: Actor, isAll: boolean): Promise<TokenView[]>;
  makeToken(actor: Actor, wish: TokenWish): Promise<TokenMade>;
  revokeToken(actor: Actor, id: TokenId): Promise<TokenView | null>;
  sessions(actor: Actor, isAll: boolean): Promise<BrowserSessionView[]>;
  endSession(actor: Actor, id: SessionId): Promise<boolean>;
  endSessions(actor: Actor, isEverybody: boolean): Promise<number>;
  list(): Promise<PeopleView>;
  giveRole(actor: Actor, wish: z.output<typeof grantRole>): Promise<void>;
  takeRole(actor: Actor, which: z.output<typeof revokeRole>): Promise<boolean>;
};

export type PeopleParts = {
  access: Access;
  people: PeopleDesk;
  /** With GitHub; null: it is not set up. */
  signIn: ForgeSignIn | null;
  audit: Omit<Audit, 'tidy'>;
  statesBefore: StatesBefore;
  credentials(): Promise<CredentialsView>;
  version: string;
  now(): Instant;
  /** Loaded when it is first asked for. */
  web(): Promise<WebApp>;
  receiveDelivery(headers: DeliveryHeaders, body: Uint8Array): Promise<DeliveryAnswer>;
  runs(
    query: { max: number; before: RunId | null; filter: RunFilter; hasJobs: boolean },
    actor: Actor,
  ): Promise<{ items: RunLine[]; next: RunId | null }>;
  /** Of a run or job, or one of that name; null: there is none. Says nothing of who may see it. */
  repositoryOf(of: { run: RunId } | { job: JobId } | { name: string }): Promise<Repositoryish | null>;
  /** What the badge of a repository's branch says; `isPrivate`: not the same to everybody. */
  badge(
    repository: string,
    subject: BadgeSubject,
    actor: Actor,
  ): Promise<{ word: BadgeWord; isPrivate: boolean }>;
  run(id: RunId, actor: Actor): Promise<RunView | null>;
  runAttempts(id: RunId, actor: Actor): Promise<TimelineAttempt[] | null>;
  runArtifacts(id: RunId, actor: Actor): Promise<ArtifactView[] | null>;
  job(id: JobId, actor: Actor): Promise<JobView | null>;
  attempt(id: AttemptId, actor: Actor): Promise<AttemptView | null>;
  jobTests(id: JobId, actor: Actor): Promise<JobTests | null>;
  runTests(id: RunId, actor: Actor): Promise<JobTests[] | null>;
  /** One test over runs and images, newest first. */
  test(key: string, asked: HistoryAsked, actor: Actor): Promise<TestHistory | null>;
  events(id: JobId, actor: Actor): Promise<EventView[] | null>;
  deliveries(
    max: number,
    before: DeliveryPlace | null,
  ): Promise<{ items: DeliveryView[]; next: DeliveryPlace | null }>;
  system(): Promise<SystemView>;
  hosts(): Promise<HostView[]>;
  host(name: string): Promise<HostDetail | null>;
  /** `traits`: what an admin says of the host from the moment on in which it joins. */
  inviteHost(name: string, traits: HostTraitsChange | null): Promise<HostInvitation>;
  /** Takes back the tokens by which a host of this name could still join. Whether there was one. */
  uninviteHost(name: string): Promise<boolean>;
  /** Of a host that there is. Null when it was set, else why not. */
  setHost(name: string, change: HostTraitsChange): Promise<string | null>;
  drainHost(name: string, isDraining: boolean): Promise<void>;
  /** Null when it was removed, else why not. */
  removeHost(name: string, isForced: boolean): Promise<string | null>;
  fleet(): Promise<FleetView>;
  decisions(asked: DecisionQuery): Promise<DecisionPage>;
  pools(): Promise<PoolView[]>;
  /** Of a pool that there is. Changes nothing. */
  previewPool(image: string, change: PoolChange): Promise<PoolPreview>;
  pool(image: string): Promise<PoolDetail | null>;
  /** Of a pool that there is, as is the next. Null when it was scaled, else why not. */
  scalePool(image: string, change: PoolChange): Promise<string | null>;
  changePool(image: string, verb: 'pause' | 'resume' | 'reset'): Promise<void>;
  /** Those that there are, and the newest that ended: all of them, or those that failed to start. */
  machines(all: boolean): Promise<MachineView[]>;
  machine(id: MachineId): Promise<MachineDetail | null>;
  /** What it showed on its display when it was given up, as a PNG that was looked at. */
  machineScreen(id: MachineId): Promise<Uint8Array | null>;
  images(): Promise<ImageView[]>;
  image(name: string): Promise<ImageDetail | null>;
  imageFile(sha256: string): Promise<ImageFileProgress>;
  receiveImageFile(
    part: ImageFilePart & { sha256: string },
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<ImageFileProgress>;
  addImage(manifest: ImageManifest): Promise<ImageAdded>;
  /** Of an image that there is, as are the next three. */
  testImage(name: string, number: number | null): Promise<{ number: number } | { refusal: string }>;
  rollBackImage(name: string, to: number | undefined): Promise<{ number: number } | { refusal: string }>;
  disableImage(name: string, isDisabled: boolean): Promise<void>;
  removeImage(name: string): Promise<void>;
  startRun(request: z.output<typeof startRun>, actor: Actor): Promise<RunView>;
  cancelRun(id: RunId): Promise<string | null>;
  rerunRun(id: RunId): Promise<string | null>;
  /** Of the commit that was looked at. */
  approveRun(id: RunId, commit: CommitSha, actor: Actor): Promise<string | null>;
  caches(asked: CacheFilter, actor: Actor): Promise<CachesView>;
  /** How many went. */
  dropCaches(asked: z.output<typeof dropCachesRequest>): Promise<number>;
  /** Values go in and never come out. `by` says who. */
  secrets: {
    set(asked: SetSecret, by: string): Promise<SecretSaved>;
    remove(place: SecretPlace, by: string): Promise<void>;
    list(): Promise<SecretsView>;
    show(place: SecretPlace): Promise<SecretDetail>;
    log(query: SecretLogQuery): Promise<SecretLogEntry[]>;
    rotate(by: string): Promise<RootKeyRotated>;
  };
  queue(asked: QueueQuery, actor: Actor): Promise<QueueView>;
  merging(actor: Actor): Promise<MergingView>;
  /** Null: there is no such run. */
  mergeStanding(run: RunId): Promise<MergeStanding | null>;
  /** Null when it is asked for now, else why not. */
  askMerge(asked: z.output<typeof askMerge>, actor: Actor): Promise<string | null>;
  withdrawMerge(asked: z.output<typeof withdrawMerge>, actor: Actor): Promise<string | null>;
  cancelJob(id: JobId): Promise<string | null>;
  rerunJob(id: JobId): Promise<string | null>;
  /** Null when there is no such attempt or the reader may not see it. */
  log(attempt: AttemptId, actor: Actor): Promise<StoredLog | null>;
  tail(
    attempt: AttemptId,
    from: number,
    mode: 'skip' | 'every-byte',
    signal: AbortSignal,
  ): AsyncIterable<LogSocketFrame>;
  artifact(id: ArtifactId, actor: Actor): Promise<SeenArtifact | null>;
  /** Calls `send` at every change that the reader may see, and `fail` where that cannot be said, until the signal aborts. */
  onChange(
    actor: Actor,
    viewer: { send(frame: LiveFrame): void; fail(error: unknown): void },
    signal: AbortSignal,
  ): void;
  readiness(): Promise<ReadyParts>;
  /** All that is counted, in the text format of Prometheus. */
  metrics(): Promise<{ contentType: string; text: string }>;
  /** Told of each refusal that was answered. */
  refused: Refused;
  /** Told of each live connection, until the signal aborts. */
  viewing(feed: ViewedFeed, gone: AbortSignal): void;
};

/** `removed`: when its bytes went and by which rule, in words; null: they are there. */
export type SeenArtifact = { view: ArtifactView; read: ReadRange; removed: string | null };

/** What the audit log keeps of how things were before an act; null: there was none. */
export type StatesBefore = {
  run(tx: Tx, id: RunId): Promise<AuditValues | null>;
  job(tx: Tx, id: JobId): Promise<AuditValues | null>;
  host(tx: Tx, name: string): Promise<AuditValues | null>;
  pool(tx: Tx, image: string): Promise<AuditValues | null>;
  image(tx: Tx, name: string): Promise<AuditValues | null>;
  secret(tx: Tx, place: SecretPlace): Promise<AuditValues | null>;
  grant(tx: Tx, login: string, pattern: string): Promise<AuditValues | null>;
  token(tx: Tx, id: TokenId): Promise<AuditValues | null>;
  session(tx: Tx, id: SessionId): Promise<AuditValues | null>;
};

/** Pages that are told of changes, and logs that are followed. */
export type ViewedFeed = 'changes' | 'log';

export type MachineParts = {
  enrol(request: EnrolRequest): Promise<EnrolAnswer>;
  /** Told without a look at the store; null: it is no boot ticket of ours. */
  machineOfTicket(ticket: string): MachineId | null;
  /** One file of an image, by its SHA-256; for hosts. */
  imageFile(request: IncomingMessage, response: ServerResponse, sha256: string): Promise<void>;
  /** The handler verifies the token against the attempt in the path, then answers by itself. */
  source(
    request: IncomingMessage,
    response: ServerResponse,
    attempt: AttemptId,
    subPath: string,
  ): Promise<void>;
  uploads(
    request: IncomingMessage,
    response: ServerResponse,
    attempt: AttemptId,
    subPath: string,
  ): Promise<void>;
  cache(
    request: IncomingMessage,
    response: ServerResponse,
    attempt: AttemptId,
    prefix: string,
  ): Promise<void>;
};
