/** `retention`: how long what runs leave behind is kept, and how much room it may take. */
import * as z from 'zod';
import { limits } from '#shared/limits.ts';
import { type Kept, keptFor } from '#shared/retention.ts';
import { sizeMiB } from '#shared/size.ts';

const days = keptFor.meta({ title: 'days or `never`' });
const usual = ({ logs, artifacts, deliveries, tests, history }: typeof limits.retention) => ({
  logs: `${logs}d`,
  artifacts: `${artifacts}d`,
  deliveries: `${deliveries}d`,
  tests: `${tests}d`,
  history: `${history}d`,
});
const defaults = usual(limits.retention);

export const retention = z
  .strictObject({
    logs: days.prefault(defaults.logs).describe('logs, counted from the end of their attempt'),
    artifacts: days
      .prefault(defaults.artifacts)
      .describe(
        'artifacts, counted from the end of their attempt; the newest ones of each branch that is tested stay',
      ),
    deliveries: days.prefault(defaults.deliveries).describe('webhooks that were handled'),
    tests: days.prefault(defaults.tests).describe('reports of tests, and what is known of tests by name'),
    history: days
      .prefault(defaults.history)
      .describe(
        'what happened to jobs, machines and pools one by one, writes that GitHub has taken, machines that ended',
      ),
    'max-bytes': sizeMiB
      .optional()
      .describe(
        'so much may logs, artifacts, caches and reports take in `blobs/`; beyond that the oldest logs and artifacts go before their time; default: as much as there is',
      ),
  })
  .prefault({});

export const repositoryRetention = z
  .strictObject({
    logs: days.optional().describe('in place of `retention.logs`'),
    artifacts: days.optional().describe('in place of `retention.artifacts`'),
  })
  .prefault({});

export type RetentionConfig = {
  /** Days; null: never removed. */
  days: Record<'logs' | 'artifacts' | 'deliveries' | 'tests' | 'history', Kept>;
  maxBytes: number | null;
};

export function resolveRetention({
  'max-bytes': maxMiB,
  ...kept
}: z.output<typeof retention>): RetentionConfig {
  return { days: kept, maxBytes: maxMiB === undefined ? null : maxMiB * 1024 ** 2 };
}
