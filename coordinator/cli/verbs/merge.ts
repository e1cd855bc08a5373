/** `paddock merge` and `paddock merge-queue`: asks for a merge, takes that back, and shows how merges stand. */
import { done } from '#shared/api.ts';
import { mergingView } from '#shared/merge-api.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { mergeTexts as texts } from '../merge-texts.ts';
import { mergingLines } from '../output/merge-lines.ts';

export type MergeOptions = { priority?: number; withdraw?: boolean };

export async function merge(
  context: Context,
  name: string,
  { priority, withdraw }: MergeOptions,
): Promise<ExitCode> {
  const [, repository, digits] = /^([\w.-]+\/[\w.-]+)#([1-9]\d{0,8})$/.exec(name) ?? [];
  if (!repository || !digits) throw new CliError('usage', texts.badPull(name), texts.hints.merge);
  const client = await clientFor(context);
  const pull = { repository, number: Number(digits) };
  const { message } = withdraw
    ? await client.post('/api/v1/merges/withdraw', done, pull)
    : await client.post('/api/v1/merges', done, { ...pull, ...(priority === undefined ? {} : { priority }) });
  context.terminal.line(message);
  if (!withdraw) context.terminal.hint(texts.hints.queue);
  return exitCodes.ok;
}

export async function showMerging(context: Context, { json }: { json?: boolean }): Promise<ExitCode> {
  const { terminal } = context;
  const view = await (await clientFor(context)).get('/api/v1/merges', mergingView);
  if (json) printJson(context, view);
  else for (const line of mergingLines(view, terminal.columns, Date.now())) terminal.line(line);
  return exitCodes.ok;
}
