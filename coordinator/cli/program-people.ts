/** The verbs of `paddock token`, `people` and `sessions`: their arguments, their help, and where they are. */
import { type Command, InvalidArgumentError } from 'commander';
import { type GrantedRole, grantedRole, type Role, role } from '#shared/roles.ts';
import { helpTexts } from './help-texts.ts';
import { peopleHelpTexts as help, peopleTexts as texts } from './people-texts.ts';
import { type Answer, described } from './program-verbs.ts';
import type { CreateOptions } from './verbs/token.ts';

type Json = { json?: boolean };
type All = Json & { all?: boolean };

export function addToken(program: Command, answer: Answer): void {
  const token = described(program.command('token'), help.token);
  const verbs = () => import('./verbs/token.ts');
  described(token.command('create'), help.token.create)
    .argument('<name>', help.token.name)
    .option('--program', help.token.program)
    .option('--role <role>', help.token.role, roleFrom, 'viewer')
    .requiredOption('--for <pattern>', help.token.pattern)
    .option('--days <number>', help.token.days, daysFrom)
    .option('--json', helpTexts.json)
    .action((name: string, options: CreateOptions) =>
      answer(async context => (await verbs()).createToken(context, name, options)),
    );
  described(token.command('list'), help.token.list)
    .option('--all', help.token.all)
    .option('--json', helpTexts.json)
    .action((options: All) => answer(async context => (await verbs()).listTokens(context, options)));
  described(token.command('revoke'), help.token.revoke)
    .argument('<token>', help.token.target)
    .option('--json', helpTexts.json)
    .action((name: string, options: Json) =>
      answer(async context => (await verbs()).revokeToken(context, name, options)),
    );
}

export function addPeople(program: Command, answer: Answer): void {
  const people = described(program.command('people'), help.people);
  const verbs = () => import('./verbs/people.ts');
  described(people.command('list'), help.people.list)
    .option('--json', helpTexts.json)
    .action((options: Json) => answer(async context => (await verbs()).listPeople(context, options)));
  described(people.command('grant'), help.people.grant)
    .argument('<login>', help.people.login)
    .argument('<role>', help.people.role, grantedFrom)
    .argument('<pattern>', help.token.pattern)
    .option('--json', helpTexts.json)
    .action((login: string, given: GrantedRole, pattern: string, options: Json) =>
      answer(async context => (await verbs()).grant(context, { login, role: given, pattern }, options)),
    );
  described(people.command('revoke'), help.people.revoke)
    .argument('<login>', help.people.login)
    .argument('<pattern>', help.token.pattern)
    .option('--json', helpTexts.json)
    .action((login: string, pattern: string, options: Json) =>
      answer(async context => (await verbs()).takeBack(context, { login, pattern }, options)),
    );
}

export function addSessions(program: Command, answer: Answer): void {
  const sessions = described(program.command('sessions'), help.sessions);
  const verbs = () => import('./verbs/sessions.ts');
  described(sessions.command('list'), help.sessions.list)
    .option('--all', help.token.all)
    .option('--json', helpTexts.json)
    .action((options: All) => answer(async context => (await verbs()).listSessions(context, options)));
  described(sessions.command('end'), help.sessions.end)
    .argument('[session]', help.sessions.target)
    .option('--all', help.sessions.endAll)
    .option('--json', helpTexts.json)
    .action((id: string | undefined, options: All) =>
      answer(async context => (await verbs()).endSessions(context, id, options)),
    );
}

function roleFrom(text: string): Role {
  const found = role.safeParse(text);
  if (!found.success) throw new InvalidArgumentError(texts.badRole(role.options.join(', ')));
  return found.data;
}

function grantedFrom(text: string): GrantedRole {
  const found = grantedRole.safeParse(text);
  if (!found.success) throw new InvalidArgumentError(texts.badRole(grantedRole.options.join(', ')));
  return found.data;
}

function daysFrom(text: string): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > 365) throw new InvalidArgumentError(texts.badDays);
  return days;
}
