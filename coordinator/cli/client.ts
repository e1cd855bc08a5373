/** HTTP calls of the coordinator. Answers are checked: a coordinator of another version is said to be one. */
import * as z from 'zod';
import { problem } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { CliError } from './errors.ts';
import type { Address } from './find-coordinator.ts';
import { texts } from './texts.ts';

export type Client = Address & {
  /** @throws CliError `unreachable`, `refused` (with the coordinator's own words), `not-understood` */
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>>;
  post<Schema extends z.ZodType>(path: string, schema: Schema, body?: unknown): Promise<z.output<Schema>>;
  /** Sends bytes. */
  put<Schema extends z.ZodType>(path: string, schema: Schema, body: Uint8Array): Promise<z.output<Schema>>;
  /** The bytes of a file or log, as they come; without a deadline, because a log may be followed for hours. */
  bytes(path: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
};

export function createClient(address: Address): Client {
  const call = (path: string, init: RequestInit & { signal: AbortSignal }) => ask(address, path, init);

  async function json<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    init: RequestInit,
  ): Promise<z.output<Schema>> {
    const response = await call(path, { ...init, signal: AbortSignal.timeout(limits.cliCallMs) });
    const answer = schema.safeParse(await response.json().catch(() => null));
    if (answer.success) return answer.data;
    throw new CliError(
      'not-understood',
      texts.notUnderstood(address.url, path, z.prettifyError(answer.error)),
      texts.hints.version,
    );
  }

  return {
    ...address,
    get: (path, schema) => json(path, schema, {}),
    post: (path, schema, body) => json(path, schema, { method: 'POST', ...bodyOf(body) }),
    put: (path, schema, body) =>
      json(path, schema, {
        method: 'PUT',
        body: new Uint8Array(body),
        headers: { 'content-type': 'application/octet-stream' },
      }),
    async *bytes(path, signal) {
      const response = await call(path, { signal });
      try {
        if (response.body) yield* response.body;
      } catch (cause) {
        if (!signal.aborted) throw unreachable(address, cause);
      }
    },
  };
}

const bodyOf = (body: unknown): RequestInit =>
  body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };

/** Shown to the coordinator it belongs to, never to another one: redirects are not followed. */
export const authorization = ({ token }: Address): Record<string, string> =>
  token === null ? {} : { authorization: `Bearer ${token}` };

/** Too many questions, and not now: the coordinator is there and wants to be asked again. */
const passing: ReadonlySet<number> = new Set([429, 503]);

async function ask(address: Address, path: string, init: RequestInit): Promise<Response> {
  const headers = { ...init.headers, ...authorization(address), 'x-paddock-client': 'cli' };
  const response = await fetch(address.url + path, { ...init, headers, redirect: 'manual' }).catch(cause => {
    throw unreachable(address, cause);
  });
  if (response.ok) return response;
  const said = problem.safeParse(await response.json().catch(() => null));
  if (!said.success)
    throw new CliError('not-understood', texts.noPaddock(address.url, response.status), texts.hints.address);
  if (passing.has(response.status))
    throw new CliError('unreachable', plainDetail(said.data.detail), said.data.hint ?? texts.hints.status);
  const hint = said.data.hint ?? (response.status === 404 ? texts.hints.runs : texts.hints.status);
  throw new CliError(
    'refused',
    plainDetail(said.data.detail),
    response.status === 401 ? texts.hints.token : hint,
  );
}

const plainDetail = (detail: string): string => detail.replace(/\p{Cc}+/gu, ' ');

/** The coordinator did not answer: stopped, starting anew, or behind a broken network. */
export function unreachable({ url, isHere }: Address, cause: unknown): CliError {
  const hint = isHere ? texts.hints.up : texts.hints.health(url);
  return new CliError('unreachable', texts.unreachable(url, reasonOf(cause)), hint, { cause });
}

/** `fetch` says "fetch failed" and keeps the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return texts.tookTooLong(limits.cliCallMs);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause ? String(cause.code) : cause.message;
}
