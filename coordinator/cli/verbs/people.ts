/** `paddock people`: who has signed in, and which roles were given by hand. */
import { done } from '#shared/api.ts';
import { type PeopleView, peopleView } from '#shared/people-api.ts';
import type { GrantedRole } from '#shared/roles.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { ageText } from '../output/age.ts';
import { type Cell, table } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { peopleTexts as texts } from '../people-texts.ts';

type Json = { json?: boolean };

export async function listPeople(context: Context, { json }: Json): Promise<ExitCode> {
  const { terminal } = context;
  const view = await (await clientFor(context)).get('/api/v1/people', peopleView);
  if (json) printJson(context, view);
  else if (view.people.length + view.grants.length === 0) {
    terminal.note(texts.nobody);
    terminal.hint(texts.hints.grant);
  } else for (const line of peopleLines(view, terminal, Date.now())) terminal.line(line);
  return exitCodes.ok;
}

export async function grant(
  context: Context,
  wish: { login: string; pattern: string; role: GrantedRole },
  { json }: Json,
): Promise<ExitCode> {
  return say(context, '/api/v1/people/grants', wish, json);
}

export async function takeBack(
  context: Context,
  which: { login: string; pattern: string },
  { json }: Json,
): Promise<ExitCode> {
  return say(context, '/api/v1/people/grants/revoke', which, json);
}

async function say(context: Context, path: string, body: object, isJson = false): Promise<ExitCode> {
  const answer = await (await clientFor(context)).post(path, done, body);
  if (isJson) printJson(context, answer);
  else context.terminal.line(answer.message);
  return exitCodes.ok;
}

const columns = [{}, {}, { gives: true }, { gives: true }] as const;

/** Whoever has several roles has a line for each. */
function peopleLines(
  { people, grants }: PeopleView,
  { colors, columns: width }: Pick<Terminal, 'colors' | 'columns'>,
  now: number,
): string[] {
  const names = new Set(grants.map(({ login }) => login.toLowerCase()));
  const given = grants.map((each): Cell[] => [
    each.login,
    each.role,
    each.pattern,
    {
      text: `${texts.by(each.by, texts.ago(ageText(now - each.at)))}${each.isBound ? '' : `; ${texts.unbound}`}`,
      paint: colors.dim,
    },
  ]);
  const others = people
    .filter(({ login, forge }) => !names.has(login.toLowerCase()) && forge.length === 0)
    .map(({ login, lastSeenAt }): Cell[] => [
      login,
      '',
      '',
      { text: texts.seen(texts.ago(ageText(now - lastSeenAt))), paint: colors.dim },
    ]);
  const said = people.flatMap(({ login, forge }) =>
    forge.map(({ repository, role, at }): Cell[] => [
      login,
      role,
      repository,
      { text: texts.fromForge(texts.ago(ageText(now - at))), paint: colors.dim },
    ]),
  );
  return table([...given, ...said, ...others], columns, width);
}
