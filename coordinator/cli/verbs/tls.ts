/** `paddock tls`: the certificates of the coordinator of this computer. */
import type { TlsView } from '#shared/tls.ts';
import { type Context, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { initTlsHere, showTlsHere, type TlsPlaceHere, useTlsHere } from '../local-verbs.ts';
import { tlsLines } from '../output/tls-lines.ts';
import { tlsTexts as texts } from '../tls-texts.ts';

export type TlsOptions = { config?: string; json?: boolean };
export type InitOptions = TlsOptions & { name?: string[]; newAuthority?: boolean };
export type UseOptions = TlsOptions & { cert?: string; key?: string; ca?: string; own?: boolean };

export async function initTls(context: Context, options: InitOptions): Promise<ExitCode> {
  const { name: names = [], newAuthority: isNew = false } = options;
  const view = await initTlsHere({ ...placeOf(context, options), names, isNew });
  if (!options.json) context.terminal.note(texts.made(view.directory));
  print(context, view, options);
  const isOn = view.listeners.some(({ isTls }) => isTls);
  if (!options.json) context.terminal.note(isOn ? texts.running : texts.next);
  return exitCodes.ok;
}

export async function useTls(context: Context, options: UseOptions): Promise<ExitCode> {
  const view = await useTlsHere({ ...placeOf(context, options), given: givenBy(options) });
  print(context, view, options);
  if (!options.json) context.terminal.note(texts.running);
  return exitCodes.ok;
}

function givenBy({ cert, key, ca, own = false }: UseOptions) {
  if (own && cert === undefined && key === undefined && ca === undefined) return null;
  if (own || cert === undefined || key === undefined)
    throw new CliError('usage', texts.bothOrNone, texts.hints.use);
  return { certificateFile: cert, keyFile: key, authorityFile: ca ?? null };
}

/** Ends with 2 where something is wrong. */
export async function showTls(context: Context, options: TlsOptions): Promise<ExitCode> {
  const view = await showTlsHere(placeOf(context, options));
  print(context, view, options);
  return view.problems.length === 0 ? exitCodes.ok : exitCodes.other;
}

const placeOf = ({ environment, directory }: Context, { config }: TlsOptions): TlsPlaceHere => ({
  environment,
  directory,
  configFile: config ?? null,
});

function print(context: Context, view: TlsView, { json }: TlsOptions): void {
  const { terminal } = context;
  if (json) printJson(context, view);
  else for (const line of tlsLines(view, terminal.colors, terminal.columns, Date.now())) terminal.line(line);
}
