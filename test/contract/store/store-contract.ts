/** What every store guarantees; each database's test runs this suite over itself. */
import { describeArtifacts } from './artifacts-contract.ts';
import { describeAttempts } from './attempts-contract.ts';
import { describeAudit } from './audit-contract.ts';
import { describeBackfill } from './backfill-contract.ts';
import type { OpenBench } from './bench.ts';
import { describeChanges } from './changes-contract.ts';
import { describeDeliveries } from './deliveries-contract.ts';
import { describeEvents } from './events-contract.ts';
import { describeFleet } from './fleet-contract.ts';
import { describeForgeWrites } from './forge-writes-contract.ts';
import { describeImpossibleRows } from './impossible-rows-contract.ts';
import { describeIndexes } from './indexes-contract.ts';
import { describeJobs } from './jobs-contract.ts';
import { describeKnownHeads } from './known-heads-contract.ts';
import { describeMigrations } from './migrations-contract.ts';
import { describePeople } from './people-contract.ts';
import { describeQueue } from './queue-contract.ts';
import { describeRepositories } from './repositories-contract.ts';
import { describeRetention } from './retention-contract.ts';
import { describeRoles } from './roles-contract.ts';
import { describeRunSearch } from './run-search-contract.ts';
import { describeRuns } from './runs-contract.ts';
import { describeSecrets } from './secrets-contract.ts';
import { describeStatements } from './statements-contract.ts';
import { describeTestReports } from './test-reports-contract.ts';
import { describeTestRetention } from './test-retention-contract.ts';
import { describeWrites } from './writes-contract.ts';

const parts = [
  describeWrites,
  describeStatements,
  describeRoles,
  describePeople,
  describeRepositories,
  describeChanges,
  describeKnownHeads,
  describeRuns,
  describeRunSearch,
  describeJobs,
  describeQueue,
  describeAttempts,
  describeFleet,
  describeBackfill,
  describeDeliveries,
  describeForgeWrites,
  describeEvents,
  describeArtifacts,
  describeTestReports,
  describeTestRetention,
  describeRetention,
  describeSecrets,
  describeAudit,
  describeImpossibleRows,
  describeIndexes,
  describeMigrations,
];

export function describeStore(name: string, openBench: OpenBench): void {
  for (const describePart of parts) describePart(name, openBench);
}
