/** `paddock caches`: what jobs have left for later ones, and dropping some of it. */
import { done } from '#shared/api.ts';
import { type CachesView, cachesView } from '#shared/cache-api.ts';
import { bytesText } from '#shared/quantity-text.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { ageText } from '../output/age.ts';
import { type Cell, table } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { texts } from '../texts.ts';

export type CachesOptions = { image?: string; prefix?: string; drop?: boolean; json?: boolean };

export async function caches(
  context: Context,
  repository: string | undefined,
  { drop, json, ...only }: CachesOptions,
): Promise<ExitCode> {
  const { terminal } = context;
  if (drop && repository === undefined)
    throw new CliError('usage', texts.dropWhich, 'paddock caches acme/rocket --drop');
  const client = await clientFor(context);
  const asked = { ...(repository === undefined ? {} : { repository }), ...only };
  if (drop) {
    const answer = await client.post('/api/v1/caches/drop', done, asked);
    if (json) printJson(context, answer);
    else terminal.line(answer.message);
    return exitCodes.ok;
  }
  const found = await client.get(`/api/v1/caches?${new URLSearchParams(asked)}`, cachesView);
  if (json) printJson(context, found);
  else if (found.total.count === 0) terminal.note(texts.noCaches);
  else for (const line of cacheLines(found, terminal, Date.now())) terminal.line(line);
  return exitCodes.ok;
}

const columns = [{}, {}, {}, { gives: true }, { align: 'right' }, { align: 'right' }] as const;

function cacheLines(view: CachesView, terminal: Pick<Terminal, 'colors' | 'columns'>, now: number): string[] {
  const { dim } = terminal.colors;
  const rows = view.caches.map((cache): Cell[] => [
    cache.repository,
    cache.image,
    cache.prefix,
    cache.scope,
    bytesText(cache.bytes),
    { text: ageText(now - cache.usedAt), paint: dim },
  ]);
  const unlisted = view.total.count - view.caches.length;
  return [
    ...table(rows, columns, terminal.columns),
    ...(unlisted > 0 ? [texts.cachesNotListed(unlisted)] : []),
    dim(texts.cachesTotal(view.total.count, bytesText(view.total.bytes), bytesText(view.repositoryBytes))),
  ];
}
