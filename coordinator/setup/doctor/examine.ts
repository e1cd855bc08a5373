/** `paddock doctor`: whether a coordinator can run on this computer. Looks only; changes nothing. */
import type { Diagnosis, Finding } from '#shared/diagnosis.ts';
import { limits } from '#shared/limits.ts';
import type { Config } from '../../config/config.ts';
import { startDeadline } from '../../ground/deadline.ts';
import { examineGithub, questionFrom } from '../github/examine-github.ts';
import { examineClock } from './clock.ts';
import { examineConfiguration } from './configuration.ts';
import { examineData } from './data.ts';
import { warning } from './finding.ts';
import { examineKeys } from './keys.ts';
import { examinePorts } from './ports.ts';
import { examineGit, examineNatsServer, examineNode } from './programs.ts';
import { findRunning, readinessFindings } from './running.ts';
import { examineTls } from './tls.ts';

export type DoctorOptions = {
  configFile: string | null;
  environment: NodeJS.ProcessEnv;
  directory: string;
};

export async function examine(options: DoctorOptions): Promise<Diagnosis> {
  const { config, findings } = await examineConfiguration(options);
  const host = config?.listen.nats.host ?? '127.0.0.1';
  const programs = [examineNode(), await examineGit(), await examineNatsServer(host)];
  const running = config && (await findRunning(config.dataDir));
  const places = config
    ? [...(await examineData(config, running)), ...(await examinePorts(config.listen, running))]
    : [notLookedAt];
  const tls = config ? await examineTls(config) : [];
  const keys = config ? await examineKeys(config) : [];
  const clock = await examineClock(config?.dataDir ?? null);
  const github = config ? await lookAtGithub(config) : [];
  const ready = running ? readinessFindings(running) : [];
  const all = [...programs, ...findings, ...places, ...ready, ...tls, ...keys, clock, ...github];
  return { isFit: all.every(({ state }) => state !== 'bad'), findings: all };
}

/** Without a ping: the coordinator that would take it may not run yet, and did not perhaps when something was sent last. */
async function lookAtGithub(config: Config): Promise<Finding[]> {
  const { github } = config;
  if (!github) return [];
  using deadline = startDeadline(limits.githubDoctorMs);
  return await examineGithub({
    ...questionFrom(config, github),
    webhook: 'look-back',
    signal: deadline.signal,
  });
}

const notLookedAt: Finding = warning(
  'ports and data',
  'not looked at: the configuration says which they are',
  'mend the configuration first',
);
