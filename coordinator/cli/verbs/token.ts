/** `paddock token`: tokens are made, listed and revoked. */
import * as z from 'zod';
import { tokenId } from '#shared/ids.ts';
import { type TokenView, tokenMade, tokenView } from '#shared/people-api.ts';
import type { Role } from '#shared/roles.ts';
import type { Client } from '../client.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { ageText } from '../output/age.ts';
import { type Cell, table } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { peopleTexts as texts } from '../people-texts.ts';

export type CreateOptions = { program?: boolean; role: Role; for: string; days?: number; json?: boolean };

export async function createToken(
  context: Context,
  name: string,
  { program, role, for: pattern, days, json }: CreateOptions,
): Promise<ExitCode> {
  const { terminal } = context;
  const client = await clientFor(context);
  const body = { name, role, pattern, ...(days === undefined ? {} : { days }) };
  const made = await client.post(program ? '/api/v1/tokens/programs' : '/api/v1/tokens', tokenMade, body);
  if (json) printJson(context, made);
  else {
    // Alone on standard output, for a file; what is said about it is not part of it.
    terminal.note(texts.once);
    terminal.line(made.token);
    terminal.hint(texts.hints.use);
  }
  return exitCodes.ok;
}

export async function listTokens(
  context: Context,
  { all, json }: { all?: boolean; json?: boolean },
): Promise<ExitCode> {
  const { terminal } = context;
  const tokens = await readTokens(await clientFor(context), all);
  if (json) printJson(context, tokens);
  else if (tokens.length === 0) {
    terminal.note(texts.noTokens);
    terminal.hint(texts.hints.create);
  } else for (const line of tokenLines(tokens, terminal, Date.now())) terminal.line(line);
  return exitCodes.ok;
}

export async function revokeToken(
  context: Context,
  name: string,
  { json }: { json?: boolean },
): Promise<ExitCode> {
  const client = await clientFor(context);
  const id = tokenId.safeParse(name).data ?? (await tokenByName(client, name));
  const revoked = await client.post(`/api/v1/tokens/${id}/revoke`, tokenView);
  if (json) printJson(context, revoked);
  else context.terminal.line(texts.revoked(revoked.name));
  return exitCodes.ok;
}

const readTokens = (client: Client, isAll = false): Promise<TokenView[]> =>
  client.get(`/api/v1/tokens${isAll ? '?all=1' : ''}`, z.array(tokenView));

async function tokenByName(client: Client, name: string): Promise<string> {
  const found = (await readTokens(client)).filter(token => token.name === name && token.revokedAt === null);
  const [only] = found;
  if (only && found.length === 1) return only.id;
  throw new CliError('usage', only ? texts.severalTokens(name) : texts.noSuchToken(name), texts.hints.tokens);
}

const columns = [{}, { gives: true }, {}, { gives: true }, {}, {}, {}] as const;

function tokenLines(
  tokens: readonly TokenView[],
  { colors, columns: width }: Pick<Terminal, 'colors' | 'columns'>,
  now: number,
): string[] {
  const rows = tokens.map((token): Cell[] => [
    { text: token.id, paint: colors.dim },
    token.name,
    token.role,
    token.pattern,
    token.maker ?? texts.administrator,
    { text: stateOf(token, now), paint: colors.dim },
    {
      text: token.lastUsedAt === null ? texts.never : texts.used(texts.ago(ageText(now - token.lastUsedAt))),
      paint: colors.dim,
    },
  ]);
  return table(rows, columns, width);
}

function stateOf({ revokedAt, expiresAt }: TokenView, now: number): string {
  if (revokedAt !== null) return texts.states.revoked;
  return expiresAt <= now
    ? texts.states.expired
    : texts.states.lasts(Math.ceil((expiresAt - now) / 86_400_000));
}
