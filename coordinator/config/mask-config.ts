import type { Config } from './config.ts';
import { maskGithub } from './github.ts';
import { maskSecrets } from './secrets.ts';
import { maskTracing } from './tracing.ts';

/** The configuration as it may be shown (log, audit log, support bundle): everything but the secrets themselves. */
export function maskConfig(config: Config): Record<string, unknown> {
  return {
    ...config,
    database: config.database.type === 'postgres' ? { type: 'postgres', url: '(secret)' } : config.database,
    github: config.github && maskGithub(config.github),
    repositories: config.repositories.map(
      ({ name, branches, commits, landed, suite, merge, secrets, trust }) => ({
        name,
        branches: branches ?? ['(default branch)'],
        commits,
        landed,
        suite: suite ? '(registered)' : '(from the commit)',
        merge: merge ?? '(never)',
        secrets: Object.keys(secrets),
        trust,
      }),
    ),
    secrets: maskSecrets(config.secrets),
    tracing: config.tracing && maskTracing(config.tracing),
    images: config.images.map(({ name, os, arch, machine: { driver, reuse } }) => ({
      name,
      os,
      arch,
      driver,
      reuse,
    })),
  };
}
