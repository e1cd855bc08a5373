/** Every bound of the system, with its reason, by story in `limits/`. A number that limits something stands there and nowhere else. */
import { attemptsLimits } from './limits/attempts.ts';
import { auditLimits } from './limits/audit.ts';
import { busLimits } from './limits/bus.ts';
import { cachesLimits } from './limits/caches.ts';
import { cliLimits } from './limits/cli.ts';
import { driversLimits } from './limits/drivers.ts';
import { githubLimits } from './limits/github.ts';
import { httpLimits } from './limits/http.ts';
import { imagesLimits } from './limits/images.ts';
import { logsLimits } from './limits/logs.ts';
import { machinesLimits } from './limits/machines.ts';
import { mergingLimits } from './limits/merging.ts';
import { observabilityLimits } from './limits/observability.ts';
import { peopleLimits } from './limits/people.ts';
import { queueLimits } from './limits/queue.ts';
import { reportsLimits } from './limits/reports.ts';
import { retentionLimits } from './limits/retention.ts';
import { secretsLimits } from './limits/secrets.ts';
import { sourceLimits } from './limits/source.ts';
import { storeLimits } from './limits/store.ts';
import { suiteFileLimits } from './limits/suite-file.ts';
import { tlsLimits } from './limits/tls.ts';

export const limits = {
  ...httpLimits,
  ...suiteFileLimits,
  ...attemptsLimits,
  ...cachesLimits,
  ...machinesLimits,
  ...driversLimits,
  ...imagesLimits,
  ...logsLimits,
  ...reportsLimits,
  ...queueLimits,
  ...githubLimits,
  ...mergingLimits,
  ...secretsLimits,
  ...sourceLimits,
  ...storeLimits,
  ...peopleLimits,
  ...observabilityLimits,
  ...auditLimits,
  ...busLimits,
  ...tlsLimits,
  ...cliLimits,
  ...retentionLimits,
} as const;
