import path from 'node:path';
import type { Finding } from '#shared/diagnosis.ts';
import { isLoopback } from '../../bus/nats-version.ts';
import { type Config, loadConfig } from '../../config/config.ts';
import { ConfigError } from '../../config/errors.ts';
import { bad, good, warning } from './finding.ts';

const about = 'configuration';

/** Every problem with its place; without one also what is right and will surprise somebody. */
export async function examineConfiguration({
  configFile,
  environment,
  directory,
}: {
  configFile: string | null;
  environment: NodeJS.ProcessEnv;
  directory: string;
}): Promise<{ config: Config | null; findings: Finding[] }> {
  try {
    const config = await loadConfig(configFile, environment, directory);
    return { config, findings: [summaryOf(config), ...surprisesIn(config)] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { config: null, findings: error.problems.map(problem => bad(about, problem, null)) };
  }
}

function summaryOf({ file, images, repositories }: Config): Finding {
  if (file === null) return good(about, 'no file: everything is default, and this computer is the one image');
  const count = (number: number, noun: string, nouns: string) => `${number} ${number === 1 ? noun : nouns}`;
  return good(
    about,
    `${path.basename(file)}: ${count(images.length, 'image', 'images')}, ${count(repositories.length, 'repository', 'repositories')}`,
  );
}

export function surprisesIn({ file, images, repositories, github, url, allowUnisolated }: Config): Finding[] {
  const unisolated = images.filter(({ machine }) => machine.driver === 'process').map(({ name }) => name);
  return [
    ...(file !== null && images.length === 0
      ? [warning(about, 'no image is configured, so nothing can be tested', 'name one under `images`')]
      : []),
    ...(github && repositories.length === 0
      ? [
          warning(
            about,
            'no repository is configured, so no webhook is acted on',
            'name some under `repositories`',
          ),
        ]
      : []),
    ...(github && (url === null || isLoopback(new URL(url).hostname))
      ? [
          warning(
            about,
            'the links in statuses on GitHub lead to this computer only',
            'set `url` to what other people reach',
          ),
        ]
      : []),
    ...(unisolated.length > 0 && allowUnisolated.length > 0
      ? [
          warning(
            about,
            `${unisolated.join(', ')} ${unisolated.length === 1 ? 'isolates' : 'isolate'} nothing, and changes of ${allowUnisolated.join(', ')} may run there`,
            'allow it only where everybody who may open a change is trusted',
          ),
        ]
      : []),
  ];
}
