/** What the queue asks of other features when a guest speaks: its log, its artifacts, and what its next attempt is told. */
import { outcomeOf } from '#shared/job.ts';
import type { AttemptTokens } from '../access/attempt-tokens.ts';
import type { Uploads } from '../artifacts/uploads.ts';
import type { Config } from '../config/config.ts';
import type { Logs } from '../logs/logs.ts';
import type { GuestPorts } from '../queue/guest-ports.ts';
import { jobUrl } from '../runs/browse.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { traceParentOf } from '../tracing/ids.ts';
import { createSecretPorts } from './secret-ports.ts';

export type GuestPortParts = {
  config: Config;
  addresses: { peopleUrl: string; machineUrl: string };
  logs: Logs;
  uploads: Uploads;
  tokens: AttemptTokens;
  secrets: Pick<Secrets, 'give' | 'areKept'>;
  report: { error(fields: object, message: string): void };
};

export function createGuestPorts({
  config,
  addresses: { peopleUrl, machineUrl },
  logs,
  uploads,
  tokens,
  secrets,
  report,
}: GuestPortParts): Omit<GuestPorts, 'publishProgress' | 'assignJobs'> {
  return {
    verifyLog: ({ attempt, log, marks }) => logs.verify(attempt, { ...log, marks }),
    async missingArtifacts({ attempt, artifacts }) {
      const claim = await uploads.claim(attempt, artifacts);
      return claim.ok ? null : claim.message;
    },
    arrivedReports: uploads.arrived,
    async arrivedCaches({ attempt, end, caches = [] }) {
      if (outcomeOf(end) !== 'passed') return [];
      const claims = caches.map(({ prefix, ...file }) => uploads.claim(attempt, [{ path: prefix, ...file }]));
      const arrived = await Promise.all(claims);
      return caches.filter((_, n) => arrived[n]?.ok);
    },
    spec: {
      machineUrl,
      logLimitBytes: config.logLimitBytes,
      jobUrl: job => jobUrl(peopleUrl, job.id),
      traceParent: config.tracing ? traceParentOf : undefined,
      secrets: createSecretPorts({ config, secrets, report }),
      token: (scope, attempt, { repositoryId: repository, commit }, exp) =>
        tokens.issue({ scope, attempt: attempt.id, repository, commit, exp }),
    },
  };
}
