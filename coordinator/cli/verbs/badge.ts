/** `paddock badge`: the Markdown of a badge, with the address at which people reach the coordinator. */
import { badgeMarkdown, badgePath, badgeSubject } from '#shared/badge.ts';
import { runsPath } from '#shared/run-filter.ts';
import { runPage } from '#shared/run-line.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { texts } from '../texts.ts';

export type BadgeOptions = { branch?: string; image?: string; suite?: string; json?: boolean };

export async function badge(context: Context, repository: string, options: BadgeOptions): Promise<ExitCode> {
  const { data: subject, error } = badgeSubject.safeParse(options);
  if (!subject) {
    const [issue] = error.issues;
    const option = `--${String(issue?.path[0])}`;
    throw new CliError('usage', texts.badFilter(option, issue?.message ?? ''), texts.hints.help('badge'));
  }
  const client = await clientFor(context);
  const { items } = await client.get(runsPath({ repository }, null, 1), runPage);
  const [run] = items;
  if (!run) throw new CliError('refused', texts.noRuns({ repository }), texts.hints.runs);
  const peopleUrl = run.url.slice(0, run.url.lastIndexOf('/runs/'));
  const markdown = badgeMarkdown(peopleUrl, run.repository, subject);
  if (options.json) printJson(context, { url: peopleUrl + badgePath(run.repository, subject), markdown });
  else context.terminal.line(markdown);
  return exitCodes.ok;
}
