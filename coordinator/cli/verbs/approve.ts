/** `paddock approve`: lets the commit of a fork's pull request run. */
import { done, type RunView, runView } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { runsPath } from '#shared/run-filter.ts';
import { runPage } from '#shared/run-line.ts';
import type { Client } from '../client.ts';
import { type Context, clientFor } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { resolveReference } from '../reference.ts';
import { texts } from '../texts.ts';

export async function approve(context: Context, name: string): Promise<ExitCode> {
  const client = await clientFor(context);
  const run = await runOf(client, name);
  await client.post(`/api/v1/runs/${run.id}/approve`, done, { commit: run.commit });
  context.terminal.line(texts.approved(nameOf(run), run.commit));
  context.terminal.hint(texts.hints.watch(run.id));
  return exitCodes.ok;
}

type Named = Pick<RunView, 'id' | 'repository' | 'number' | 'commit'>;

const nameOf = ({ repository, number }: Named): string => `${repository}#${number}`;

async function runOf(client: Client, name: string): Promise<Named> {
  if (/^[0-9a-f]{7,64}$/.test(name)) return runOfCommit(client, name);
  const { id } = await resolveReference(client, name, ['run']);
  return client.get(`/api/v1/runs/${id}`, runView);
}

/** The one run of a pull request whose commit begins like this. */
async function runOfCommit(client: Client, commit: string): Promise<Named> {
  const path = runsPath({ text: commit }, null, limits.pageItems);
  const { items } = await client.get(path, runPage);
  const runs = items.filter(run => run.commit.startsWith(commit) && run.purpose === 'change');
  const [run, ...others] = runs;
  if (!run) throw new CliError('refused', texts.noRunOfCommit(commit), texts.hints.runs);
  if (others.length > 0)
    throw new CliError(
      'refused',
      texts.runsOfCommit(commit, runs.map(nameOf)),
      texts.hints.approve(nameOf(run)),
    );
  return run;
}
