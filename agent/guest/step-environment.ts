import { homedir, tmpdir } from 'node:os';
import type { RunSpec, RunStep } from '#shared/messages.ts';
import { secretPaths } from './secret-files.ts';

export type Environment = Record<string, string>;

/** What a suite may know of the machine it runs on. Nothing else of the agent's environment reaches a step. */
const inherited = /^(?:PATH|LANG|LC_[A-Z]+|USER|LOGNAME|SHELL|TZ)$/;

const fallbackPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export type Places = { home: string; temporary: string };

/** The machine's part of every step's environment: an allow-list, and places of the attempt's own. */
export function machineEnvironment(
  agent: Readonly<Record<string, string | undefined>>,
  { home, temporary }: Places,
): Environment {
  const allowed = Object.entries(agent).flatMap(([name, value]) =>
    value !== undefined && inherited.test(name) ? [[name, value] as const] : [],
  );
  return { PATH: fallbackPath, ...Object.fromEntries(allowed), HOME: home, TMPDIR: temporary };
}

/**
 * How programs learn of the proxy of a virtual machine's host, in both spellings: `curl` reads `http_proxy` in small letters
 * only, others large ones only. The coordinator is not asked by it. Nothing where there is none.
 */
export function proxyEnvironment(proxy: string | undefined): Environment {
  if (proxy === undefined) return {};
  const direct = ['localhost', '127.0.0.1', '::1', new URL(proxy).hostname].join(',');
  const small = { http_proxy: proxy, https_proxy: proxy, all_proxy: proxy, no_proxy: direct };
  const large = Object.entries(small).map(([name, value]) => [name.toUpperCase(), value]);
  return { ...small, ...Object.fromEntries(large) };
}

/** The later wins: machine, suite, step, and last the secrets, which an administrator has set. */
export const stepEnvironment = (
  machine: Environment,
  spec: RunSpec,
  step: RunStep,
  secretFolder: string,
): Environment => ({
  ...machine,
  ...spec.env,
  ...step.env,
  ...spec.secrets,
  ...secretPaths(spec.secretFiles ?? {}, secretFolder),
});

/** A computer that stays keeps its user's home; anywhere else the home lives and goes with the attempt. */
export const homeFor = (reuse: 'static' | 'single-use', ownHome: string): string =>
  reuse === 'static' ? homedir() || tmpdir() : ownHome;
