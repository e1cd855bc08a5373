/** `paddock secret`: sets, lists, shows and removes secrets, and says who was given them. No value is ever printed. */
import { isCancel, password } from '@clack/prompts';
import * as z from 'zod';
import { done } from '#shared/api.ts';
import { rootKeyRotated, secretDetail, secretLogEntry, secretSaved, secretsView } from '#shared/secrets.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { logLines, secretLines, secretTable } from '../output/secret-lines.ts';
import { secretTexts as texts } from '../secret-texts.ts';
import { readWholeInput } from '../standard-input.ts';

type Json = { json?: boolean };
export type PlaceOptions = Json & { repository: string; onMerge?: boolean };
export type SetOptions = PlaceOptions & {
  image?: string[];
  label?: Record<string, string>;
  file?: boolean;
};
export type LogOptions = Json & { repository?: string; name?: string; limit: number };

const placeOf = (name: string, { repository, onMerge }: PlaceOptions) => ({
  ...{ repository, name },
  stage: onMerge ? 'on-merge' : '',
});

export async function setSecret(context: Context, name: string, options: SetOptions): Promise<ExitCode> {
  const { terminal } = context;
  const client = await clientFor(context);
  const form = options.file ? 'file' : 'variable';
  const { secret, warnings } = await client.post('/api/v1/secrets', secretSaved, {
    ...placeOf(name, options),
    ...{ form, images: options.image ?? [], labels: options.label ?? {} },
    value: await readValue(name, form),
  });
  if (options.json) printJson(context, { secret, warnings });
  else terminal.line(texts.saved(secret.name, secret.repository, secret.version));
  for (const warning of warnings) terminal.note(texts.warning(warning));
  return exitCodes.ok;
}

/** A line end at the end is how files and `echo` end, and no part of a variable; of a file it is. */
async function readValue(name: string, form: 'variable' | 'file'): Promise<string> {
  if (process.stdin.isTTY) {
    const typed = await password({ message: texts.ask(name) });
    if (isCancel(typed) || !typed) throw new CliError('usage', texts.valueGivenUp, texts.valueHint(name));
    return typed;
  }
  const given = await readWholeInput();
  const value = form === 'file' ? given : given.replace(/\r?\n$/, '');
  if (value === '') throw new CliError('usage', texts.noValue, texts.valueHint(name));
  return value;
}

export async function listSecrets(context: Context, { json }: Json): Promise<ExitCode> {
  const { terminal } = context;
  const view = await (await clientFor(context)).get('/api/v1/secrets', secretsView);
  if (json) printJson(context, view);
  else if (view.secrets.length === 0) terminal.note(texts.none);
  else
    for (const line of secretTable(view, terminal.colors, terminal.columns, Date.now())) terminal.line(line);
  return exitCodes.ok;
}

export async function showSecret(context: Context, name: string, options: PlaceOptions): Promise<ExitCode> {
  const { terminal } = context;
  const query = new URLSearchParams(placeOf(name, options));
  const secret = await (await clientFor(context)).get(`/api/v1/secrets/one?${query}`, secretDetail);
  if (options.json) printJson(context, secret);
  else
    for (const line of secretLines(secret, terminal.colors, terminal.columns, Date.now()))
      terminal.line(line);
  return exitCodes.ok;
}

export async function removeSecret(context: Context, name: string, options: PlaceOptions): Promise<ExitCode> {
  const client = await clientFor(context);
  const answer = await client.post('/api/v1/secrets/remove', done, placeOf(name, options));
  if (options.json) printJson(context, answer);
  else context.terminal.line(answer.message);
  return exitCodes.ok;
}

export async function showLog(context: Context, { json, limit, ...only }: LogOptions): Promise<ExitCode> {
  const { terminal } = context;
  const query = new URLSearchParams({ ...only, limit: String(limit) });
  const entries = await (await clientFor(context)).get(
    `/api/v1/secrets/log?${query}`,
    z.array(secretLogEntry),
  );
  if (json) printJson(context, entries);
  else if (entries.length === 0) terminal.note(texts.noLog);
  else for (const line of logLines(entries, terminal.colors, terminal.columns)) terminal.line(line);
  return exitCodes.ok;
}

export async function rotateKey(context: Context, { json }: Json): Promise<ExitCode> {
  const answer = await (await clientFor(context)).post('/api/v1/secrets/rotate-key', rootKeyRotated);
  if (json) printJson(context, answer);
  else context.terminal.line(answer.message);
  return exitCodes.ok;
}
