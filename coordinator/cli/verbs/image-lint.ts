/** `paddock image lint`: what is wrong with folders, without a coordinator. */
import path from 'node:path';
import { supportText } from '#shared/image-words.ts';
import { type Context, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { imageTexts as texts } from '../image-texts.ts';
import { readImageHere } from '../local-verbs.ts';

type Linted = { folder: string; name: string | null; problems: string[]; warnings: string[] };

export async function lintImages(
  context: Context,
  folders: readonly string[],
  { json }: { json?: boolean },
): Promise<ExitCode> {
  const { terminal, directory } = context;
  const linted: Linted[] = [];
  for (const folder of folders) linted.push(await lint(directory, folder));
  for (const image of linted) {
    const others = linted.filter(({ name }) => name !== null && name === image.name);
    if (others.length > 1)
      image.problems.push(texts.twice(image.name ?? '', others.map(other => other.folder).join(', ')));
  }
  if (json) printJson(context, linted);
  else
    for (const { folder, name, problems, warnings } of linted) {
      for (const problem of problems) terminal.line(`${terminal.colors.red('✕')} ${problem}`);
      for (const warning of warnings) terminal.line(`${terminal.colors.yellow('!')} ${warning}`);
      if (problems.length === 0)
        terminal.line(`${terminal.colors.green('✓')} ${texts.isFine(folder, name ?? '')}`);
    }
  return linted.every(({ problems }) => problems.length === 0) ? exitCodes.ok : exitCodes.failed;
}

async function lint(directory: string, folder: string): Promise<Linted> {
  const read = await readImageHere(path.resolve(directory, folder));
  if ('problems' in read) return { folder, name: null, problems: read.problems, warnings: [] };
  const { name, eol } = read.manifest;
  const support = supportText({ name, eol: eol ?? null }, Date.now());
  return { folder, name, problems: [], warnings: support === null ? [] : [support] };
}

/** The one folder that a verb is about. @throws CliError `image` with every problem */
export async function readFolder({ directory, terminal }: Context, folder: string) {
  const read = await readImageHere(path.resolve(directory, folder));
  if (!('problems' in read)) return read;
  for (const problem of read.problems.slice(0, -1)) terminal.note(problem);
  throw new CliError('image', read.problems.at(-1) ?? folder, texts.hints.lint);
}
