/** After an App is made: waits until somebody has installed it, and says what it may do there. */
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Finding } from '#shared/diagnosis.ts';
import type { CreatedApp } from '#shared/github-app.ts';
import { limits } from '#shared/limits.ts';
import { openAppCalls } from '../../github/app-calls.ts';
import { ForgeError } from '../../github/errors.ts';
import { apiOf } from '../../github/github-pages.ts';
import { startDeadline } from '../../ground/deadline.ts';
import { examineGithub } from './examine-github.ts';

/** Null when nobody has installed it in time, or `signal` was aborted. Its webhook is not looked at. */
export async function awaitInstallation(
  app: CreatedApp,
  web: string,
  signal: AbortSignal,
): Promise<Finding[] | null> {
  const [baseUrl, privateKey] = [apiOf(web), createPrivateKey(await readFile(app.privateKeyFile, 'utf8'))];
  const calls = openAppCalls({ baseUrl }, { id: app.id, privateKey });
  using deadline = startDeadline(limits.githubInstallMs);
  const end = AbortSignal.any([signal, deadline.signal]);
  while (!end.aborted) {
    // One question that fails is no reason to stop: the next one may not.
    const installed = await calls.installations().catch(error => {
      if (error instanceof ForgeError && error.code !== 'unauthorized') return [];
      throw error;
    });
    if (installed.length > 0) break;
    await pause(limits.githubInstallPollMs, undefined, { signal: end }).catch(() => {}); // the loop looks itself
  }
  if (end.aborted) return null;
  const access = { type: 'app', id: app.id, privateKey, installation: null } as const;
  const webhookSecrets = app.webhookSecretFile === null ? null : [''];
  const github = { api: baseUrl, access, webhookSecrets, signIn: null };
  return examineGithub({ github, url: null, repositories: [], patterns: [], webhook: 'skip' });
}
