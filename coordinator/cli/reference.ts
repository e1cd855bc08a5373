/** How people name things on the command line: by id, or a run by its repository and number (`acme/rocket#128`). */
import { type AttemptId, attemptId, type JobId, jobId, type RunId, runId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type RunLine, runPage } from '#shared/run-line.ts';
import type { Client } from './client.ts';
import { CliError } from './errors.ts';
import { texts } from './texts.ts';

export type Reference =
  | { type: 'run'; id: RunId }
  | { type: 'job'; id: JobId }
  | { type: 'attempt'; id: AttemptId };

/** @throws CliError when the text names none of `types` */
export async function resolveReference<Type extends Reference['type']>(
  client: Client,
  text: string,
  types: readonly Type[],
): Promise<Extract<Reference, { type: Type }>> {
  const found = referenceOf(text) ?? (await runByNumber(client, text));
  const isWanted = (reference: Reference): reference is Extract<Reference, { type: Type }> =>
    types.some(type => type === reference.type);
  if (found && isWanted(found)) return found;
  throw new CliError('usage', texts.badId(text, types), texts.hints.runs);
}

function referenceOf(text: string): Reference | null {
  const [run, job, attempt] = [runId.safeParse(text), jobId.safeParse(text), attemptId.safeParse(text)];
  if (run.success) return { type: 'run', id: run.data };
  if (job.success) return { type: 'job', id: job.data };
  return attempt.success ? { type: 'attempt', id: attempt.data } : null;
}

async function runByNumber(client: Client, text: string): Promise<Reference | null> {
  const [, repository, digits] = /^(.+?)\s?#(\d{1,9})$/.exec(text) ?? [];
  if (!repository || !digits) return null;
  const found = await findRun(client, repository, Number(digits));
  if (found) return { type: 'run', id: found.id };
  throw new CliError('refused', texts.noSuchNumber(repository, Number(digits)), texts.hints.runs);
}

/** Numbers fall from page to page, so that a missing one ends the search. */
async function findRun(client: Client, repository: string, number: number): Promise<RunLine | null> {
  let before = '';
  for (;;) {
    const query = new URLSearchParams({ repository, max: String(limits.pageItems) });
    if (before) query.set('before', before);
    const { items, next } = await client.get(`/api/v1/runs?${query}`, runPage);
    const found = items.find(run => run.number === number);
    if (found || next === null || (items.at(-1)?.number ?? 0) < number) return found ?? null;
    before = next;
  }
}
