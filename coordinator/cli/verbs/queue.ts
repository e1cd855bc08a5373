/** `paddock queue`: what waits, why, and what lets it go on. */
import { queueView } from '#shared/queue-api.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { queueLines } from '../output/queue-lines.ts';

export type QueueOptions = { max?: number; repository?: string; image?: string; json?: boolean };

export async function queue(context: Context, { json, max = 10, ...only }: QueueOptions): Promise<ExitCode> {
  const { terminal } = context;
  const asked = new URLSearchParams({ max: String(max), ...only });
  const view = await (await clientFor(context)).get(`/api/v1/queue?${asked}`, queueView);
  if (json) printJson(context, view);
  else
    for (const line of queueLines(view, terminal.colors, terminal.columns, Date.now())) terminal.line(line);
  return exitCodes.ok;
}
