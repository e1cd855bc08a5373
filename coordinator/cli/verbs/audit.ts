/** `paddock audit`: who did what, whether that is as it was written, and all of it to take away. */
import { StringDecoder } from 'node:string_decoder';
import { type AuditEntry, auditFilter, auditPage, auditVerdict } from '#shared/audit.ts';
import { limits } from '#shared/limits.ts';
import { auditTexts as texts } from '../audit-texts.ts';
import type { Client } from '../client.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { momentFrom } from '../moment.ts';
import { auditLines } from '../output/audit-lines.ts';

export type AuditOptions = {
  actor?: string;
  act?: string;
  subject?: string;
  repository?: string;
  outcome?: string;
  since?: string;
  until?: string;
};
export type ListOptions = AuditOptions & { limit: number; before?: number; json?: boolean };
export type VerifyOptions = { known?: string; json?: boolean };

export async function listAudit(context: Context, options: ListOptions): Promise<ExitCode> {
  const { terminal } = context;
  const { limit, before = null, json, ...filter } = options;
  const query = queryOf(filter, Date.now());
  const found = await findEntries(await clientFor(context), query, limit, before);
  if (json) printJson(context, found);
  else if (found.items.length === 0) terminal.note(texts.none);
  else {
    for (const line of auditLines(found.items, terminal.colors, terminal.columns, Date.now()))
      terminal.line(line);
    if (found.next !== null) terminal.note(terminal.noteColors.dim(texts.more(found.next)));
  }
  return exitCodes.ok;
}

/** @throws CliError when a value cannot be one of its filter. */
function queryOf({ since, until, ...named }: AuditOptions, now: number): URLSearchParams {
  const asked = {
    ...named,
    ...(since === undefined ? {} : { since: momentFrom(since, now) }),
    ...(until === undefined ? {} : { until: momentFrom(until, now) }),
  };
  const { error } = auditFilter.safeParse(asked);
  const [issue] = error?.issues ?? [];
  if (issue)
    throw new CliError(
      'usage',
      texts.badFilter(`--${String(issue.path[0])}`, issue.message),
      texts.hints.help,
    );
  return new URLSearchParams(asked);
}

/** As many as were asked for, in answers of the size that the coordinator gives. */
async function findEntries(
  client: Client,
  query: URLSearchParams,
  limit: number,
  from: number | null,
): Promise<{ items: AuditEntry[]; next: number | null }> {
  const items: AuditEntry[] = [];
  let before = from;
  do {
    const max = String(Math.min(limit - items.length, limits.auditItems));
    const place = { max, ...(before === null ? {} : { before: String(before) }) };
    const answer = await client.get(
      `/api/v1/audit?${new URLSearchParams([...query, ...Object.entries(place)])}`,
      auditPage,
    );
    items.push(...answer.items);
    before = answer.next;
  } while (before !== null && items.length < limit);
  return { items, next: before };
}

export async function verifyAudit(context: Context, { known, json }: VerifyOptions): Promise<ExitCode> {
  const { terminal } = context;
  const query = known === undefined ? '' : `?${new URLSearchParams({ known })}`;
  const verdict = await (await clientFor(context)).get(`/api/v1/audit/verify${query}`, auditVerdict);
  const { broken, entries, first, last, digest } = verdict;
  if (json) printJson(context, verdict);
  else if (broken) {
    terminal.note(terminal.noteColors.red(texts.broken(broken.why)));
    terminal.hint(texts.brokenHint);
  } else {
    terminal.line(texts.whole(entries, first, last));
    if (last > 0) terminal.line(texts.digest(last, digest));
    terminal.note(terminal.noteColors.dim(texts.keep));
  }
  return broken ? exitCodes.failed : exitCodes.ok;
}

export async function exportAudit(context: Context, options: AuditOptions): Promise<ExitCode> {
  const query = queryOf(options, Date.now());
  const client = await clientFor(context);
  const decoder = new StringDecoder('utf8');
  let begun = '';
  for await (const bytes of client.bytes(`/api/v1/audit/export?${query}`, new AbortController().signal)) {
    const lines = (begun + decoder.write(Buffer.from(bytes))).split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) context.terminal.line(line);
  }
  return exitCodes.ok;
}
