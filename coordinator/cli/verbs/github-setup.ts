/** `paddock github setup`: from nothing to an App that is made, kept, configured and installed. */
import path from 'node:path';
import { isCancel, text } from '@clack/prompts';
import type { CreatedApp } from '#shared/github-app.ts';
import { limits } from '#shared/limits.ts';
import { type Context, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { githubTexts as texts } from '../github-texts.ts';
import { countInterrupts } from '../interrupts.ts';
import { awaitInstallationHere, finishSetUpHere, openSetUpHere, setUpPlaceHere } from '../local-verbs.ts';
import { findingLines } from '../output/finding-lines.ts';
import { readStandardInput } from '../standard-input.ts';
import { askForApp, type GithubSetUpOptions } from './github-wish.ts';
import { showInBrowser } from './open.ts';

type Wish = Parameters<typeof finishSetUpHere>[0];
type Visit = { context: Context; options: GithubSetUpOptions; isAsked: boolean; interrupt: AbortSignal };

export async function setUpGithub(context: Context, options: GithubSetUpOptions): Promise<ExitCode> {
  const { terminal, environment, directory } = context;
  const isAsked = terminal.isScreen && process.stdin.isTTY === true && !options.json;
  const here = await setUpPlaceHere({ configFile: options.config ?? null, environment, directory });
  const answers = await askForApp(options, here.url, isAsked && options.code === undefined);
  const wish: Wish = {
    ...answers,
    directory: options.directory === undefined ? here.directory : path.resolve(directory, options.directory),
    mayReplace: options.replace ?? false,
    configFile: options.write ? here.configFile : null,
    port: options.port,
  };
  const code = options.code === '-' ? await readStandardInput() : options.code;
  // From here on Ctrl-C ends the waiting, and never what comes between GitHub's answer and the files.
  const interrupts = countInterrupts();
  try {
    const visit = { context, options, isAsked, interrupt: interrupts.first };
    const app = await finishSetUpHere(wish, code ?? (await codeFromGithub(wish, visit)));
    return await leadOn(app, wish, here.configFile, visit);
  } finally {
    interrupts.close();
  }
}

/** A person, a browser and GitHub later. @throws CliError `interrupted` */
async function codeFromGithub(wish: Wish, visit: Visit): Promise<string> {
  const { context, options, isAsked, interrupt } = visit;
  const { terminal } = context;
  const twice = Promise.withResolvers<never>();
  twice.promise.catch(() => {}); // it only ends the race below, which may not have begun
  const setUp = await openSetUpHere(wish, why => {
    if (why === 'foreign') terminal.note(texts.refused);
    else twice.reject(new CliError('interrupted', texts.openedTwice, texts.hints.again));
  });
  const over = new AbortController();
  try {
    terminal.note(texts.open);
    terminal.note(setUp.link);
    terminal.hint(texts.tunnel(setUp.port));
    if (options.browser) await showInBrowser(context, setUp.link);
    const pasted = isAsked ? askForCode(setUp.readPasted, over.signal) : never;
    if (!isAsked) terminal.note(texts.waitsForBrowser);
    return await Promise.race([setUp.code, pasted, twice.promise, end(interrupt, over.signal)]);
  } finally {
    over.abort();
    await setUp.close();
  }
}

const never = new Promise<never>(() => {});

/** Where the browser is on another computer, what it could not open is brought by hand. */
async function askForCode(read: (text: string) => string | null, over: AbortSignal): Promise<string> {
  const validate = (given: string | undefined) =>
    read(given ?? '') === null ? texts.ask.notOurs : undefined;
  const answer = await text({ message: texts.ask.paste, validate, signal: over });
  if (!isCancel(answer)) return read(answer) ?? never;
  // Taken back because the browser was quicker; else by the person.
  return over.aborted
    ? never
    : Promise.reject(new CliError('interrupted', texts.interrupted, texts.hints.again));
}

function end(interrupt: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (words: string) => () => reject(new CliError('interrupted', words, texts.hints.again));
    const timer = setTimeout(fail(texts.tooLate), limits.githubSetUpMs);
    over.addEventListener('abort', () => clearTimeout(timer), { once: true });
    interrupt.addEventListener('abort', fail(texts.interrupted), { once: true });
    if (interrupt.aborted) fail(texts.interrupted)();
  });
}

/** What was made, what belongs into the configuration, and the next page. */
async function leadOn(app: CreatedApp, wish: Wish, configFile: string, visit: Visit): Promise<ExitCode> {
  const { context, options } = visit;
  const { terminal } = context;
  terminal.note(`${terminal.noteColors.green('✓')} ${texts.made(app)}`);
  terminal.note(`  ${texts.key(app)}`);
  terminal.note(`  ${texts.secret(app)}`);
  terminal.note(`  ${texts.clientSecret(app)}`);
  if (options.write) terminal.note(`  ${texts.written(configFile)}`);
  else if (!options.json) {
    terminal.note(texts.put(configFile));
    terminal.line(app.configuration.trimEnd());
  }
  terminal.note(texts.install);
  terminal.note(app.installUrl);
  const findings = options.wait ? await installed(app, wish, visit) : null;
  if (options.json) printJson(context, { ...app, findings: findings ?? [] });
  else if (findings) for (const line of findingLines(findings, terminal.colors)) terminal.line(line);
  if (options.wait && findings === null) terminal.note(texts.notInstalled);
  terminal.hint(texts.afterwards);
  return findings?.some(({ state }) => state === 'bad') ? exitCodes.other : exitCodes.ok;
}

async function installed(app: CreatedApp, { web }: Wish, { context, options, interrupt }: Visit) {
  if (options.browser) await showInBrowser(context, app.installUrl);
  context.terminal.note(texts.waitsForInstallation);
  return awaitInstallationHere(app, web, interrupt);
}
