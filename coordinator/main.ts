/** A coordinator as a process: configuration, start, a word to the person who started it, and an end in order. */
import { type EventEmitter, once } from 'node:events';
import { collectGarbage } from './collect-garbage.ts';
import { type Config, dataDirOf, loadConfig, withImages } from './config/config.ts';
import { type Coordinator, startCoordinator } from './coordinator.ts';
import { localImage, localImageName } from './local-image.ts';
import { keepRecent, logTo } from './log-lines.ts';
import { sentenceOf } from './operational.ts';

export type CoordinatorRun = {
  configFile: string | null;
  environment: NodeJS.ProcessEnv;
  /** Where a relative path and an unnamed configuration file are looked for. */
  directory: string;
  /** `--plain-text-on-public-addresses`, the second word after that of the configuration. */
  isPlainTextAllowed?: boolean;
  print(line: string): void;
  /** Gives the signals that end it; the process, unless a test says otherwise. */
  signals?: EventEmitter;
};

/** Ctrl-C, a supervisor, a terminal that was closed. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** After so long the local host and its first machine are there too. */
const settledMs = 2_000;

/** Runs until one of these. Answers the exit code: 0 stopped in order, 2 could not start (said in one sentence). */
export async function runCoordinator(options: CoordinatorRun): Promise<number> {
  const { environment, print, isPlainTextAllowed = false, signals = process } = options;
  const stopped = Promise.race(endings.map(name => once(signals, name)));
  try {
    const config = await configured(options);
    const logger = logTo(process.stdout, config.logLevel, environment, keepRecent(config.dataDir));
    const coordinator = await startCoordinator(config, { environment, logger, isPlainTextAllowed });
    const isFirst = !(await coordinator.hasAnybodySignedIn());
    for (const line of greeting(coordinator, config, environment, isFirst)) print(line);
    setTimeout(collectGarbage, settledMs).unref();
    await stopped;
    print('Stopping.');
    await coordinator.close();
    return 0;
  } catch (error) {
    const sentence = sentenceOf(error);
    if (sentence === null) throw error;
    print(sentence);
    return 2;
  }
}

function greeting(
  { peopleUrl, dataDir, makeSignInLink }: Coordinator,
  { github }: Config,
  environment: NodeJS.ProcessEnv,
  isFirst: boolean,
): string[] {
  const isFound = dataDir === dataDirOf(environment) || environment.PADDOCK_CONFIG !== undefined;
  return [
    `Paddock is at ${peopleUrl}  (Ctrl-C stops it; jobs that run are adopted at the next start)`,
    // A link is a secret for ten minutes: for the eyes of a person, not for a file of logs. Whoever has signed in knows how.
    isFirst && process.stdout.isTTY
      ? `Nobody has signed in yet; this link makes the first browser its administrator: ${makeSignInLink().url}`
      : 'Sign in with `paddock open`',
    ...(isFound ? [] : [`Other commands find it after: export PADDOCK_DATA=${dataDir}`]),
    ...(github ? [] : ['No webhooks yet: `github` in the configuration connects it to GitHub.']),
  ];
}

/** Without a file there is one image, this computer, so that `paddock run` works from the first minute. */
async function configured({ configFile, environment, directory }: CoordinatorRun): Promise<Config> {
  const config = await loadConfig(configFile, environment, directory);
  return config.file === null ? withImages(config, [localImage(await localImageName())]) : config;
}
