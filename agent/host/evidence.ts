/**
 * Consoles of machines that ended without the coordinator's having heard of them, until it has taken them over. Each is
 * read before its machine is destroyed and lies in a file of its own, so that a restarted host agent still has it:
 *
 *   <state>/evidence/<machine id>       plain text (0600), bounded; gone when it was answered for, or is too old
 *   <state>/evidence/<machine id>.png   what was on its display, where it has one
 */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { consoleText } from '#shared/console-text.ts';
import { type MachineId, machineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { unlessAborted, withDeadline } from './deadline.ts';
import type { Driver } from './drivers/driver.ts';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';
import { writeAtomically } from './write-atomically.ts';

export type Evidence = {
  /** Takes the console of a machine that is about to be destroyed. Never throws: an end does not fail for lack of it. */
  keep(driver: Watched, id: MachineId): Promise<void>;
  /** The machine is made anew, or somebody else has its console now. */
  drop(id: MachineId): Promise<void>;
  /** Whose consoles there are, oldest first. */
  ids(): MachineId[];
  /** Null when it is not there any more. */
  read(id: MachineId): Promise<Kept | null>;
};

type Watched = Pick<Driver, 'evidence' | 'screen'>;

/** Empty: nothing was written. `screen`: a PNG. */
export type Kept = { console: string; screen: Uint8Array | null };

export async function openEvidence(directory: string, log: Log): Promise<Evidence> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const kept = await find(directory);
  const pathOf = (id: MachineId) => join(directory, id);
  const screenOf = (id: MachineId) => join(directory, `${id}${screenSuffix}`);

  async function drop(id: MachineId): Promise<void> {
    kept.delete(id);
    for (const path of [screenOf(id), pathOf(id)]) await rm(path, { force: true });
  }

  /** A console that is kept does not depend on a picture. */
  async function takeScreen(driver: Watched, id: MachineId): Promise<Uint8Array | null> {
    return readScreen(driver, id).catch(error => {
      log('warn', `what is on its display is not kept: ${messageOf(error)}`, { machine: id });
      return null;
    });
  }

  async function makeRoom(now: number): Promise<void> {
    const surplus = kept.size - limits.evidenceWaiting;
    for (const [index, [id, keptAt]] of [...kept].entries())
      if (index < surplus || now - keptAt > limits.evidenceWaitMs) await drop(id);
  }

  return {
    drop,
    ids: () => [...kept.keys()],
    async read(id) {
      const console = await readFile(pathOf(id), 'utf8').catch(() => null);
      return console === null ? null : { console, screen: await readFile(screenOf(id)).catch(() => null) };
    },
    async keep(driver, id) {
      try {
        const [bytes, screen] = await Promise.all([readConsole(driver, id), takeScreen(driver, id)]);
        // Of a machine whose end is being repeated nothing may be left: what was read the first time stays.
        if (bytes === null && screen === null) return;
        if (screen !== null) await writeAtomically(screenOf(id), screen);
        await writeAtomically(pathOf(id), bytes === null ? '' : plainConsole(bytes));
        kept.delete(id);
        kept.set(id, Date.now());
        await makeRoom(Date.now());
      } catch (error) {
        log('warn', `its console is not kept: ${messageOf(error)}`, { machine: id });
      }
    },
  };
}

/** The end of a console as text; it may be of any program, and cut in the middle of a character. */
export const plainConsole = (bytes: Uint8Array): string =>
  consoleText(new TextDecoder().decode(bytes), limits.evidenceChars);

/** A driver that does not answer must not hold the end of its machine up. */
const readConsole = (driver: Pick<Driver, 'evidence'>, id: MachineId): Promise<Uint8Array | null> =>
  withDeadline(limits.evidenceReadMs, new AbortController().signal, signal =>
    unlessAborted(driver.evidence(id), signal),
  );

const screenSuffix = '.png';

async function readScreen(driver: Watched, id: MachineId): Promise<Uint8Array | null> {
  if (!driver.screen) return null;
  const taken = (signal: AbortSignal) => driver.screen?.(id, signal) ?? Promise.resolve(null);
  const screen = await withDeadline(limits.screenMs, new AbortController().signal, signal =>
    unlessAborted(taken(signal), signal),
  );
  return screen && screen.length <= limits.screenBytes ? screen : null;
}

/** When each was kept, oldest first. What a crash has left half written is removed. */
async function find(directory: string): Promise<Map<MachineId, number>> {
  const found: [MachineId, number][] = [];
  const names = await readdir(directory);
  for (const name of names) {
    const id = machineId.safeParse(name);
    // A picture goes with its console, which is written after it.
    const ofScreen = machineId.safeParse(name.slice(0, -screenSuffix.length));
    if (name.endsWith(screenSuffix) && ofScreen.success && names.includes(ofScreen.data)) continue;
    if (id.success) found.push([id.data, (await stat(join(directory, name))).mtimeMs]);
    else await rm(join(directory, name), { force: true, recursive: true });
  }
  return new Map(found.sort(([, a], [, b]) => a - b));
}
