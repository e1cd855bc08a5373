/** `paddock pool`: how many machines each image may have, and why it has as many as it has. */
import * as z from 'zod';
import { poolDetail, poolPreview, poolView } from '#shared/fleet-api.ts';
import type { PoolChange } from '#shared/pool.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { fleetTexts as texts } from '../fleet-texts.ts';
import { poolLines, poolTable, whyLines } from '../output/pool-lines.ts';

type ShowOptions = { json?: boolean };
export type ScaleOptions = ShowOptions & {
  min?: number;
  max?: number;
  idle?: number;
  /** Ask what would come of it, and change nothing. */
  dryRun?: boolean;
};

const routeOf = (image: string, verb = ''): string =>
  `/api/v1/pools/${encodeURIComponent(image)}${verb && `/${verb}`}`;

export async function listPools(context: Context, { json }: ShowOptions): Promise<ExitCode> {
  const { terminal } = context;
  const pools = await (await clientFor(context)).get('/api/v1/pools', z.array(poolView));
  if (json) printJson(context, pools);
  else if (pools.length === 0) terminal.note(texts.noPools);
  else for (const line of poolTable(pools, terminal.colors, terminal.columns)) terminal.line(line);
  return exitCodes.ok;
}

export async function whyPool(context: Context, image: string, { json }: ShowOptions): Promise<ExitCode> {
  const { terminal } = context;
  const pool = await (await clientFor(context)).get(routeOf(image), poolDetail);
  if (json) printJson(context, pool);
  else for (const line of whyLines(pool, terminal.colors, terminal.columns, Date.now())) terminal.line(line);
  return exitCodes.ok;
}

/** What the hosts have no room for is a wish all the same; what is printed says what comes of it. */
export async function scalePool(
  context: Context,
  image: string,
  { min, max, idle, json, dryRun }: ScaleOptions,
): Promise<ExitCode> {
  const change: PoolChange = {
    ...(min === undefined ? {} : { warm: min }),
    ...(max === undefined ? {} : { max }),
    ...(idle === undefined ? {} : { idleMs: idle }),
  };
  if (Object.keys(change).length === 0)
    throw new CliError('usage', texts.scaleWhat, texts.hints.scale(image));
  return dryRun ? preview(context, image, change, json) : changed(context, image, 'scale', change, json);
}

async function preview(
  context: Context,
  image: string,
  change: PoolChange,
  isJson = false,
): Promise<ExitCode> {
  const client = await clientFor(context);
  const { refusal, sentences, ...facts } = await client.post(routeOf(image, 'preview'), poolPreview, change);
  if (refusal !== null) throw new CliError('refused', refusal, texts.hints.why(image));
  if (isJson) printJson(context, { ...facts, refusal, sentences });
  else for (const sentence of sentences) context.terminal.line(sentence);
  context.terminal.note(texts.nothingChanged);
  return exitCodes.ok;
}

export const changePool = (
  context: Context,
  image: string,
  verb: 'pause' | 'resume' | 'reset',
  { json }: ShowOptions,
): Promise<ExitCode> => changed(context, image, verb, undefined, json);

async function changed(
  context: Context,
  image: string,
  verb: string,
  change: PoolChange | undefined,
  isJson = false,
): Promise<ExitCode> {
  const { terminal } = context;
  const pool = await (await clientFor(context)).post(routeOf(image, verb), poolDetail, change);
  if (isJson) printJson(context, pool);
  else for (const line of poolLines(pool, terminal.colors, terminal.columns, Date.now())) terminal.line(line);
  return exitCodes.ok;
}
