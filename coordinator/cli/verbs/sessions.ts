/** `paddock sessions`: browsers that are signed in. */
import * as z from 'zod';
import { done } from '#shared/api.ts';
import { browserSessionView } from '#shared/people-api.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { ageText } from '../output/age.ts';
import { type Cell, table } from '../output/table.ts';
import { peopleTexts as texts } from '../people-texts.ts';

type Options = { all?: boolean; json?: boolean };

export async function listSessions(context: Context, { all, json }: Options): Promise<ExitCode> {
  const { terminal } = context;
  const path = `/api/v1/sessions${all ? '?all=1' : ''}`;
  const sessions = await (await clientFor(context)).get(path, z.array(browserSessionView));
  if (json) printJson(context, sessions);
  else if (sessions.length === 0) terminal.note(texts.noSessions);
  else {
    const { dim } = terminal.colors;
    const now = Date.now();
    const rows = sessions.map((session): Cell[] => [
      { text: session.id, paint: dim },
      session.login ?? texts.administrator,
      session.browser,
      { text: texts.seen(texts.ago(ageText(now - session.lastSeenAt))), paint: dim },
      session.isThis ? texts.thisOne : '',
    ]);
    for (const line of table(rows, [{}, {}, { gives: true }, {}, {}], terminal.columns)) terminal.line(line);
  }
  return exitCodes.ok;
}

export async function endSessions(
  context: Context,
  id: string | undefined,
  { all, json }: Options,
): Promise<ExitCode> {
  if ((id === undefined) === !all) throw new CliError('usage', texts.whichSession, texts.hints.sessions);
  const client = await clientFor(context);
  const answer = all
    ? await client.post('/api/v1/sessions/end', done, { whose: 'everybody' })
    : await client.post(`/api/v1/sessions/${encodeURIComponent(id ?? '')}/end`, done);
  if (json) printJson(context, answer);
  else context.terminal.line(answer.message);
  return exitCodes.ok;
}
