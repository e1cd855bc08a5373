/** A coordinator for one occasion: its own data directory, free ports, images of this computer, and nothing left after. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Logger, pino } from 'pino';
import { parseConfig, withImages } from './config/config.ts';
import { type Coordinator, startCoordinator } from './coordinator.ts';
import { localImage, localImageName } from './local-image.ts';
import { logToFile } from './log-lines.ts';
import { readPlace } from './wiring/place-file.ts';

export type OccasionOptions = {
  environment: NodeJS.ProcessEnv;
  /** Names for images of this computer; none: one named after its system. */
  images: readonly string[];
  /** Further lines of configuration. */
  configuration?: string;
};

export type Occasion = {
  coordinator: Coordinator;
  url: string;
  tokenFile: string;
  /** Its own, removed with it; what a killed one leaves there goes at the next occasion. */
  directory: string;
  /** Everything it logs; gone with it, so that whoever needs it reads it before. */
  logFile: string;
  /** Ends the machines, the coordinator, and removes its directory. */
  close(): Promise<void>;
};

const prefix = 'paddock-occasion-';
const freePorts = "listen: { people: '127.0.0.1:0', machines: '127.0.0.1:0', nats: '127.0.0.1:0' }";

/** @throws what `startCoordinator` throws; nothing is left then. */
export async function startOccasion(options: OccasionOptions): Promise<Occasion> {
  const directory = await mkdtemp(path.join(os.tmpdir(), prefix));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const logFile = path.join(directory, 'coordinator.log');
    const logger = logToFile(logFile);
    const config = await occasionConfig(directory, options);
    const coordinator = await startCoordinator(config, { logger, environment: options.environment });
    const ended = endRemains(options.environment, logger);
    const { peopleUrl: url, adminTokenFile: tokenFile } = coordinator;
    const close = async () => {
      await ended;
      await coordinator.close({ machines: 'end' });
      await remove();
    };
    return { coordinator, url, tokenFile, directory, logFile, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function occasionConfig(
  directory: string,
  { images, configuration = '', environment: env }: OccasionOptions,
) {
  const text = `data: ${JSON.stringify(directory)}\n${freePorts}\n${configuration}`;
  const config = await parseConfig({ file: null, text, directory, env });
  const names = images.length > 0 ? images : [await localImageName()];
  return withImages({ ...config, url: null }, names.map(localImage));
}

/**
 * An occasion that was killed leaves a nats-server, a host agent and machines that nobody will ever adopt. They are taken
 * up once more, by a coordinator on their directory, and ended in order. What cannot be is logged and tried next time.
 */
async function endRemains(environment: NodeJS.ProcessEnv, logger: Logger): Promise<void> {
  for (const name of await readdir(os.tmpdir())) {
    const directory = path.join(os.tmpdir(), name);
    if (!name.startsWith(prefix) || !(await isAbandoned(directory))) continue;
    try {
      const config = await occasionConfig(directory, { environment, images: [] });
      const quiet = pino({ level: 'silent' });
      const coordinator = await startCoordinator(
        { ...config, images: [], pools: [] },
        { environment, logger: quiet },
      );
      await coordinator.close({ machines: 'end' });
      await rm(directory, { recursive: true, force: true });
      logger.info({ directory }, 'what a killed occasion had left is gone');
    } catch (error) {
      logger.warn({ directory, err: error }, 'what a killed occasion has left could not be ended');
    }
  }
}

/** Ours, once ready, and without the process that it belonged to. */
async function isAbandoned(directory: string): Promise<boolean> {
  const [place, facts] = await Promise.all([readPlace(directory), stat(directory).catch(() => null)]);
  if (!place || facts?.uid !== process.getuid?.()) return false;
  try {
    process.kill(place.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
