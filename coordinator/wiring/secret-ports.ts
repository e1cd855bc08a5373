/** What trusted jobs are given: the secrets that are kept for them, and below those the ones of the configuration. */
import type { AttemptId } from '#shared/ids.ts';
import { type Config, repositoryConfig } from '../config/config.ts';
import { noSecrets, type RunSpecRows, type SecretPorts } from '../queue/run-spec.ts';
import { SecretsError } from '../secrets/errors.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { findAttempt } from '../store/attempts.ts';
import { findJob } from '../store/jobs.ts';
import { findRepository, type Repository } from '../store/repositories.ts';
import { findRun } from '../store/runs.ts';
import { wasGivenSecrets } from '../store/secret-log.ts';
import type { Tx } from '../store/store.ts';

export type SecretPortParts = {
  config: Pick<Config, 'repositories'>;
  secrets: Pick<Secrets, 'give' | 'areKept'>;
  report: { error(fields: object, message: string): void };
};

export function createSecretPorts({ config, secrets, report }: SecretPortParts): SecretPorts {
  const configured = ({ repository }: Pick<RunSpecRows, 'repository'>) =>
    repositoryConfig(config, repository.fullName)?.secrets ?? {};
  const isAnyConfigured = config.repositories.some(({ secrets }) => Object.keys(secrets).length > 0);

  return {
    async atOnce(tx, rows) {
      if (!rows.job.isTrusted) return noSecrets;
      if (await secrets.areKept(tx, rows.repository.fullName)) return null;
      return { ...noSecrets, secrets: configured(rows) };
    },
    async give(rows) {
      if (!rows.job.isTrusted) return noSecrets;
      try {
        const { variables, files, withheld } = await secrets.give(leaseOf(rows));
        // A name that is kept for this repository is no name of the configuration, also where it is not given.
        const stronger = new Set([...withheld, ...Object.keys(files)]);
        const others = Object.entries(configured(rows)).filter(([name]) => !stronger.has(name));
        return { secrets: { ...Object.fromEntries(others), ...variables }, secretFiles: files };
      } catch (error) {
        if (!(error instanceof SecretsError)) throw error;
        const { code, isPassing } = error;
        report.error({ code, job: rows.job.id, attempt: rows.attempt.id }, `no secrets: ${error.message}`);
        return { code, isPassing };
      }
    },
    async hadSecrets(tx, attempt) {
      if (await wasGivenSecrets(tx, attempt)) return true;
      const repository = isAnyConfigured ? await trustingRepository(tx, attempt) : null;
      return repository !== null && Object.keys(configured({ repository })).length > 0;
    },
  };
}

/** That of a job which is trusted; null where it is not. */
async function trustingRepository(tx: Tx, id: AttemptId): Promise<Repository | null> {
  const attempt = await findAttempt(tx, id);
  const job = attempt && (await findJob(tx, attempt.jobId));
  const run = job?.isTrusted ? await findRun(tx, job.runId) : null;
  return run && findRepository(tx, run.repositoryId);
}

const leaseOf = ({ attempt, job, repository, machine }: RunSpecRows) => ({
  ...{ repository: repository.fullName, isTrusted: job.isTrusted, stage: job.stage },
  ...{ attempt: attempt.id, job: job.id, run: job.runId, image: job.image, host: machine.hostId },
});
