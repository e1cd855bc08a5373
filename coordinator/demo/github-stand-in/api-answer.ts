/** A request to the API and its answer, apart from how they travel. */
import type { IncomingHttpHeaders } from 'node:http';

export type ApiRequest = {
  method: string;
  /** Decoded for nobody: as it stood in the request line, without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The parsed JSON, or undefined when there was none. */
  body: unknown;
};

/** Whose credential a request shows. */
export type Caller =
  /** A person; `permissions` null: all. */
  | { kind: 'user'; login: string; permissions: Record<string, string> | null }
  /** An App itself, by its key. */
  | { kind: 'app'; login: '' }
  /** An App, where it is installed; it writes as `<slug>[bot]`. Null: everywhere, and everything. */
  | { kind: 'installation'; login: string; owner: string | null; permissions: Record<string, string> | null };

export type ApiAnswer = { status: number; body: unknown; headers?: Record<string, string> };

const documentation = 'https://docs.github.com/rest';

export const ok = (body: unknown): ApiAnswer => ({ status: 200, body });
export const created = (body: unknown): ApiAnswer => ({ status: 201, body });

export const refused = (status: number, message: string): ApiAnswer => ({
  status,
  body: { message, documentation_url: documentation, status: String(status) },
});

export type FieldProblem = { resource: string; field: string; code: string; message?: string };

/** GitHub's 422: what is wrong, field by field. */
export const invalid = (message: string, errors: readonly FieldProblem[] = []): ApiAnswer => ({
  status: 422,
  body: { message, errors, documentation_url: documentation, status: '422' },
});
