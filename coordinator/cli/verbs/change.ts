/** `paddock cancel` and `paddock rerun`: what changes a run or a job, and has nothing to show. */
import { done } from '#shared/api.ts';
import { type Context, clientFor } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { resolveReference } from '../reference.ts';
import { texts } from '../texts.ts';

export async function change(context: Context, verb: 'cancel' | 'rerun', text: string): Promise<ExitCode> {
  const client = await clientFor(context);
  const { type, id } = await resolveReference(client, text, ['run', 'job']);
  await client.post(`/api/v1/${type}s/${id}/${verb}`, done);
  context.terminal.line(verb === 'cancel' ? texts.cancelled(id) : texts.rerun(id));
  return exitCodes.ok;
}
