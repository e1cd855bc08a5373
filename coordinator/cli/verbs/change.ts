/** `paddock cancel` and `paddock rerun`: what changes a run or a job, and has nothing to show. */
import { done, jobView, runView, type Standing } from '#shared/api.ts';
import type { Client } from '../client.ts';
import { type Context, clientFor } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { isOver } from '../output/standing.ts';
import { resolveReference } from '../reference.ts';
import { texts } from '../texts.ts';

export async function cancel(context: Context, text: string): Promise<ExitCode> {
  const client = await clientFor(context);
  const { type, id } = await resolveReference(client, text, ['run', 'job']);
  const standing = await standingOf(client, type, id);
  if (isOver(standing))
    throw new CliError('refused', texts.overAlready(text, standing), texts.hints.rerun(id));
  await client.post(`/api/v1/${type}s/${id}/cancel`, done);
  context.terminal.line(texts.cancelled(text));
  return exitCodes.ok;
}

export async function rerun(context: Context, text: string): Promise<ExitCode> {
  const client = await clientFor(context);
  const { type, id } = await resolveReference(client, text, ['run', 'job']);
  await client.post(`/api/v1/${type}s/${id}/rerun`, done);
  context.terminal.line(texts.rerun(text));
  if (type === 'run') context.terminal.hint(texts.hints.watch(id));
  return exitCodes.ok;
}

async function standingOf(client: Client, type: 'run' | 'job', id: string): Promise<Standing> {
  const view =
    type === 'run'
      ? await client.get(`/api/v1/runs/${id}`, runView)
      : await client.get(`/api/v1/jobs/${id}`, jobView);
  return view.standing;
}
