/** The coordinator that a run is tested by: the one that runs already, or one that is started for this run alone. */
import { type Client, createClient } from './client.ts';
import type { Context } from './context.ts';
import { CliError } from './errors.ts';
import { exitCodes } from './exit-code.ts';
import { type Address, findCoordinator } from './find-coordinator.ts';
import type { Interrupts } from './interrupts.ts';
import { type OccasionHere, startHere } from './local-verbs.ts';
import type { Subject } from './subject.ts';
import { texts } from './texts.ts';

export type RunHost = { client: Client; isForOccasion: boolean; close(): Promise<void> };

/** @throws CliError */
export async function openRunHost(
  context: Context,
  subject: Subject,
  images: readonly string[],
  interrupts: Interrupts,
): Promise<RunHost> {
  const address = await findCoordinator(context.address, context.environment);
  if (address === null) return openOccasion(context, images, interrupts);
  if (subject.isLocal) requireSameDisk(subject.request.repository, address);
  return { client: createClient(address), isForOccasion: false, close: async () => {} };
}

/** A path means nothing to a coordinator elsewhere, or something else. */
function requireSameDisk(path: string, { url, isHere }: Address): void {
  if (!isHere) throw new CliError('usage', texts.notYourDisk(path, new URL(url).hostname), texts.hints.push);
}

async function openOccasion(
  { terminal, environment }: Context,
  images: readonly string[],
  interrupts: Interrupts,
): Promise<RunHost> {
  terminal.say(texts.occasion(images));
  terminal.say(texts.unisolated, terminal.noteColors.yellow);
  const occasion = await startHere({ environment, images });
  const leave = () => {
    terminal.note(texts.leftBehind(occasion.directory));
    process.exit(exitCodes.other);
  };
  interrupts.third.addEventListener('abort', leave, { once: true });
  const close = async () => {
    await occasion.close();
    interrupts.third.removeEventListener('abort', leave);
  };
  try {
    return { client: createClient(await addressOf(occasion)), isForOccasion: true, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function addressOf({ url, tokenFile }: OccasionHere): Promise<Address> {
  const found = await findCoordinator({ coordinator: url, tokenFile }, {});
  if (found === null) throw new Error(`the coordinator at ${url} is named and was not found`);
  return found;
}
