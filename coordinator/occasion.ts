/** A coordinator for one occasion: its own data directory, free ports, images of this computer, and nothing left after. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { destination, pino } from 'pino';
import { parseConfig, withImages } from './config.ts';
import { type Coordinator, startCoordinator } from './coordinator.ts';
import { localImage, localImageName } from './local-image.ts';

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
  /** Everything it logs; gone with it, so that whoever needs it reads it before. */
  logFile: string;
  /** Ends the machines, the coordinator, and removes its directory. */
  close(): Promise<void>;
};

const freePorts = "listen: { people: '127.0.0.1:0', machines: '127.0.0.1:0', nats: '127.0.0.1:0' }";

/** @throws what `startCoordinator` throws; nothing is left then. */
export async function startOccasion(options: OccasionOptions): Promise<Occasion> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'paddock-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const logFile = path.join(directory, 'coordinator.log');
    const logger = pino({ level: 'info' }, destination({ dest: logFile, sync: true }));
    const config = await occasionConfig(directory, options);
    const coordinator = await startCoordinator(config, { logger, environment: options.environment });
    const { peopleUrl: url, adminTokenFile: tokenFile } = coordinator;
    const close = async () => {
      await coordinator.close({ machines: 'end' });
      await remove();
    };
    return { coordinator, url, tokenFile, logFile, close };
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
