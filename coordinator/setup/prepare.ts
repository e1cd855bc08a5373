import { bundleAgents } from '../build/bundle-agents.ts';
import { bundleCoordinator } from '../build/bundle-coordinator.ts';
import { bundleWeb } from '../build/bundle-web.ts';
import { ensure } from './ensure.ts';
import { SetupError } from './errors.ts';
import { type Purpose, purposes } from './prerequisites.ts';

/**
 * Everything between `npm ci` and a running command: the programs of the operating system, the bundles of agents and
 * coordinator, the web app.
 * A fraction of a second when nothing is to be done; harmless to repeat and to run twice at once.
 * Rejects with a `SetupError` that says what to do.
 */
export async function prepare(purpose: Purpose): Promise<void> {
  await ensure(purpose);
  for (const { name, isNew, milliseconds } of await bundleAgents())
    if (isNew) console.error(`Built the ${name} agent in ${milliseconds} ms`);
  const coordinator = await bundleCoordinator();
  if (coordinator.isNew) console.error(`Built the coordinator in ${coordinator.milliseconds} ms`);
  const web = await bundleWeb();
  if (web.isNew) console.error(`Built the web app in ${web.milliseconds} ms`);
}

/** `node prepare.ts demo|start|test`; exit code 2 and what to do when it cannot. */
async function main(word: string | undefined): Promise<void> {
  const purpose = purposes.find(known => known === word);
  try {
    if (purpose) return await prepare(purpose);
    console.error(`Expected one of ${purposes.join(', ')}, not ${word ?? 'nothing'}.`);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
  }
  process.exitCode = 2;
}

if (import.meta.main) await main(process.argv[2]);
