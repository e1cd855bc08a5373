import { bundleAgents } from '../bundle.ts';
import { ensure } from './ensure.ts';
import { SetupError } from './errors.ts';
import type { Purpose } from './prerequisites.ts';

/**
 * Everything between `npm ci` and a running command: the programs of the operating system and the agents' bundles.
 * A fraction of a second when nothing is to be done; harmless to repeat and to run twice at once.
 * Rejects with a `SetupError` that says what to do.
 */
export async function prepare(purpose: Purpose): Promise<void> {
  await ensure(purpose);
  for (const { name, isNew, milliseconds } of await bundleAgents())
    if (isNew) console.error(`Built the ${name} agent in ${milliseconds} ms`);
}

const purposeOf = (word: string | undefined): Purpose => {
  if (word === 'demo' || word === 'start' || word === 'test') return word;
  throw new SetupError('prerequisite-missing', `expected demo, start or test, not ${word ?? 'nothing'}`);
};

if (import.meta.main)
  try {
    await prepare(purposeOf(process.argv[2]));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
