/** `paddock image init`: a folder to begin with. Asks on a terminal what the options have not said. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cancel, isCancel, select, text } from '@clack/prompts';
import { slug } from '#shared/ids.ts';
import { type DriverName, driverName } from '#shared/image-manifest.ts';
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { imageTexts as texts } from '../image-texts.ts';
import { type Answers, manifestText, readmeText } from '../output/image-template.ts';

export type InitOptions = { driver?: string; os?: string; arch?: string; directory: string };

export async function initImage(context: Context, name: string, options: InitOptions): Promise<ExitCode> {
  const { terminal, directory } = context;
  const checked = slug.safeParse(name);
  if (!checked.success) throw new CliError('usage', texts.badName(name), texts.hints.init);
  const answers = await ask(context, name, options);
  const folder = path.resolve(directory, options.directory, name);
  await mkdir(folder, { recursive: true });
  for (const [file, content] of [
    ['image.yaml', manifestText(answers)],
    ['README.md', readmeText(answers)],
  ] as const) {
    const place = path.join(folder, file);
    // Never over what somebody has written.
    await writeFile(place, content, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      throw new CliError('image', texts.exists(place), texts.hints.lint, { cause: error });
    });
    terminal.line(texts.written(path.relative(directory, place) || place));
  }
  terminal.hint(texts.hints.lintFolder(path.relative(directory, folder) || folder));
  return exitCodes.ok;
}

async function ask({ terminal }: Context, name: string, options: InitOptions): Promise<Answers> {
  const isAsked = terminal.isScreen && process.stdin.isTTY;
  const os = options.os ?? (isAsked ? await word(texts.ask.os, osOf(name)) : osOf(name));
  const arch = options.arch ?? (isAsked ? await word(texts.ask.arch, archOf(name)) : archOf(name));
  const driver =
    options.driver === undefined ? (isAsked ? await chosenDriver() : 'libvirt') : readDriver(options.driver);
  return { name, os, arch, driver };
}

function readDriver(given: string): DriverName {
  const driver = driverName.safeParse(given);
  if (!driver.success)
    throw new CliError('usage', texts.badDriver(given, driverName.options), texts.hints.init);
  return driver.data;
}

async function word(message: string, initialValue: string): Promise<string> {
  const validate = (value: string | undefined) => (value?.trim() ? undefined : texts.ask.something);
  const answer = await text({ message, initialValue, validate });
  return isCancel(answer) ? stop() : answer;
}

async function chosenDriver(): Promise<DriverName> {
  const options = driverName.options.map(value => ({ value, label: value, hint: texts.ask.drivers[value] }));
  const answer = await select({ message: texts.ask.driver, options, initialValue: driverName.enum.libvirt });
  return isCancel(answer) ? stop() : answer;
}

function stop(): never {
  cancel(texts.ask.cancelled);
  throw new CliError('interrupted', texts.ask.cancelled, null);
}

/** Names say most of it: `openbsd-7.9`, `debian-12-arm64`. */
const families: Record<string, string> = {
  openbsd: 'openbsd',
  netbsd: 'netbsd',
  freebsd: 'freebsd',
  dragonfly: 'dragonfly',
  macos: 'darwin',
  windows: 'windows',
};
const osOf = (name: string): string => families[/^[a-z]+/.exec(name)?.[0] ?? ''] ?? 'linux';
const archOf = (name: string): string => (/(?:arm64|aarch64)/.test(name) ? 'aarch64' : 'x86_64');
