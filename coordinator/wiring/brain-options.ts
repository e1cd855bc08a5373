/** What the holder of the role is made of: adapters, the configuration, and what other parts of the coordinator do for it. */
import type { AttemptId, CommitSha, CoordinatorId, HostId, Instant, MachineId } from '#shared/ids.ts';
import type { RefusalCode } from '#shared/refusals.ts';
import type { Blobs } from '../blobs/blobs.ts';
import type { Config } from '../config/config.ts';
import type { ForgeClient } from '../github/forge-client.ts';
import type { ForgeReads } from '../github/forge-reads.ts';
import type { MergeClient } from '../github/merge-client.ts';
import type { Wake } from '../ground/wake.ts';
import type { Catalog } from '../images/catalog.ts';
import type { Logs } from '../logs/logs.ts';
import type { GuestPorts } from '../queue/guest-ports.ts';
import type { EndedLog } from '../queue/jobs.ts';
import type { Role } from '../store/roles.ts';
import type { Store } from '../store/store.ts';
import type { MergeMirrors } from './merge-parts.ts';
import type { SourcePorts } from './source-ports.ts';

export type BrainOptions = {
  config: Config;
  catalog: Catalog;
  store: Store;
  role: Role;
  coordinator: CoordinatorId;
  peopleUrl: string;
  machineUrl: string;
  /** Null: GitHub is not configured. */
  client: ForgeClient | null;
  mergeClient: MergeClient | null;
  mirrors: MergeMirrors;
  reads: ForgeReads | null;
  source: SourcePorts;
  guestPorts: Omit<GuestPorts, 'publishProgress' | 'assignJobs'>;
  sealPartial(attempt: AttemptId, reason: string): Promise<EndedLog>;
  logs: Pick<Logs, 'read' | 'moments' | 'facts' | 'places'>;
  blobs: Pick<Blobs, 'get'>;
  /** The conformance suite, as a repository. */
  conformance(): Promise<{ cloneUrl: string; commit: CommitSha }>;
  ticketFor(machine: MachineId): string;
  filesTokenFor(host: HostId): string;
  /** What was read of people's rights does not count any more. */
  rightsChanged(): void;
  isBusConnected(): boolean;
  wakeUp(wakes: Wake[]): void;
  /** Told of each commit or job that is refused. */
  refused?: ((code: RefusalCode) => void) | undefined;
  report: Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>;
  now: () => Instant;
  random: () => number;
  /** A clock that nobody sets, in ms. */
  monotonicMs?: () => number;
};

export type WithClock = BrainOptions & Required<Pick<BrainOptions, 'monotonicMs'>>;

/** Only an App may write check runs. */
export const hasCheckRuns = ({ config }: Pick<BrainOptions, 'config'>): boolean =>
  config.github?.access.type === 'app';
