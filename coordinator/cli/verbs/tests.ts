/** `paddock tests`: what the reports of a run or of a job say, the failing ones first. */
import * as z from 'zod';
import { type JobTests, jobTests } from '#shared/test-api.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { testLines } from '../output/test-lines.ts';
import { resolveReference } from '../reference.ts';
import { texts } from '../texts.ts';

export async function tests(context: Context, text: string, options: { json?: boolean }): Promise<ExitCode> {
  const { terminal } = context;
  const client = await clientFor(context);
  const { type, id } = await resolveReference(client, text, ['run', 'job']);
  const found: JobTests[] =
    type === 'run'
      ? await client.get(`/api/v1/runs/${id}/tests`, z.array(jobTests))
      : [await client.get(`/api/v1/jobs/${id}/tests`, jobTests)];
  if (options.json) printJson(context, found);
  else if (found.every(({ attempt }) => attempt === null)) terminal.note(texts.noTests);
  else for (const line of testLines(found, terminal.colors)) terminal.line(line);
  return exitCodes.ok;
}
