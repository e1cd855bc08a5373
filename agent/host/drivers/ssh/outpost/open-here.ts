/**
 *   <directory>/              0700, of the user whom the host logs in as
 *     outpost.json            pid, start and host of the outpost that works here
 *     guest.cjs               the agent that machines start with
 *     ca.pem                  whom it believes, where its host has said so
 *     compiled/               it, as Node has compiled it
 *     machines/               see ../../process/machine-directory.ts
 */
import { chmod, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { processTableFor } from '../../../../process-tree/table-for-platform.ts';
import { writeAtomically } from '../../../write-atomically.ts';
import { openProcessDriver } from '../../process/process-driver.ts';
import type { Opening, Said } from './protocol.ts';
import { createService, type Service } from './service.ts';
import { takeOver } from './take-over.ts';

/** Makes this process the one outpost of its host here. Throws what the host has to know. */
export async function openHere(opening: Opening, say: (said: Said) => void): Promise<Service> {
  const { owner, ca, killGraceMs } = opening;
  const directory = resolve(homedir(), opening.directory);
  const table = processTableFor(process.platform);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  await takeOver(join(directory, 'outpost.json'), owner, table);
  const bundle = join(directory, 'guest.cjs');
  const authorities = join(directory, 'ca.pem');
  if (ca) await writeAtomically(authorities, ca.pem);
  const driver = await openProcessDriver({
    ...{ owner, table, bundle },
    machines: join(directory, 'machines'),
    compiled: join(directory, 'compiled'),
    surroundings: {
      path: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
      lang: process.env.LANG ?? 'C.UTF-8',
      ...(ca && { variables: { [ca.variable]: authorities } }),
    },
    log: () => {},
    ...(killGraceMs === undefined ? {} : { killGraceMs }),
  });
  return createService({ driver, bundle, say });
}
