/** `paddock show`: a run with its jobs, or one job with its steps, attempts and artifacts. */
import { type JobView, jobView, type RunDetail, runView } from '#shared/api.ts';
import type { Client } from '../client.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { type Failure, readFailure } from '../follow/failure.ts';
import { loadDetail } from '../follow/run-detail.ts';
import { jobLines } from '../output/job-lines.ts';
import { summaryLines } from '../output/run-summary.ts';
import { resolveReference } from '../reference.ts';

export async function show(context: Context, text: string, options: { json?: boolean }): Promise<ExitCode> {
  const client = await clientFor(context);
  const reference = await resolveReference(client, text, ['run', 'job']);
  if (reference.type === 'run') await showRun(context, client, reference.id, options);
  else await showJob(context, client, reference.id, options);
  return exitCodes.ok;
}

async function showRun(
  context: Context,
  client: Client,
  id: string,
  { json }: { json?: boolean },
): Promise<void> {
  const detail = await loadDetail(client, await client.get(`/api/v1/runs/${id}`, runView));
  if (json) return printJson(context, detail);
  const failures = await readFailures(client, detail, context.terminal.isUnread);
  for (const line of summaryLines({ detail, failures, isFollowUp: false, isKept: true }, lookOf(context)))
    context.terminal.line(line);
}

async function showJob(
  context: Context,
  client: Client,
  id: string,
  { json }: { json?: boolean },
): Promise<void> {
  const job: JobView = await client.get(`/api/v1/jobs/${id}`, jobView);
  if (json) return printJson(context, job);
  const failure = await readFailure(client, job, context.terminal.isUnread);
  for (const line of jobLines(job, failure, lookOf(context))) context.terminal.line(line);
}

const lookOf = ({ terminal: { colors, columns } }: Context) => ({ colors, width: columns, now: Date.now() });

/** By job; jobs that have none are not in it. */
export async function readFailures(
  client: Client,
  { jobs }: RunDetail,
  signal: AbortSignal,
): Promise<Map<string, Failure>> {
  const failures = new Map<string, Failure>();
  for (const job of jobs) {
    const failure = await readFailure(client, job, signal);
    if (failure) failures.set(job.id, failure);
  }
  return failures;
}
