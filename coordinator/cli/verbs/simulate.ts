/** `paddock simulate`: what a fleet would do, in virtual time. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Simulation } from '#shared/simulation.ts';
import { type Context, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { simulateHere } from '../local-verbs.ts';
import { createFooter } from '../output/footer.ts';
import { simulationLines } from '../output/simulation-lines.ts';
import { simulationPicture } from '../output/simulation-picture.ts';
import { simulationTexts as texts } from '../simulation-texts.ts';
import { texts as commonTexts } from '../texts.ts';

export type SimulateOptions = {
  jobs?: number;
  hosts?: number;
  days?: number;
  seed?: number;
  price?: number;
  picture?: string;
  json?: boolean;
};

export async function simulate(
  context: Context,
  scenario: string | undefined,
  { json, picture, ...choices }: SimulateOptions,
): Promise<ExitCode> {
  const { terminal } = context;
  const simulation = await watched(context, onProgress =>
    simulateHere({ ...choices, scenario: scenario ?? null, directory: context.directory, onProgress }),
  );
  if (json) printJson(context, simulation);
  else for (const line of simulationLines(simulation, terminal.colors, terminal.columns)) terminal.line(line);
  if (picture !== undefined) await draw(context, picture, simulation);
  return exitCodes.ok;
}

/** Somebody who watches sees how far it is. */
async function watched(
  { terminal }: Context,
  run: (onProgress: (done: number, jobs: number) => void) => Promise<Simulation>,
): Promise<Simulation> {
  if (!terminal.isWatched) return run(() => {});
  let line = '';
  const footer = createFooter(terminal, () => (line ? [terminal.noteColors.dim(line)] : []));
  try {
    return await run((done, jobs) => {
      line = texts.progress(done, jobs);
      footer.refresh();
    });
  } finally {
    footer.close();
  }
}

async function draw({ terminal, directory }: Context, file: string, simulation: Simulation): Promise<void> {
  try {
    await writeFile(path.resolve(directory, file), simulationPicture(simulation));
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new CliError('output', texts.notDrawn(file, why), commonTexts.hints.help('simulate'), { cause });
  }
  terminal.note(texts.drawn(file));
}
