/** One question to the coordinator, its answer checked against the contract. */
import { type Problem, problem } from '#shared/api.ts';
import { ProblemError } from './problem-error.ts';

/** What checks an answer: a schema of `shared/api.ts`. */
type Schema<View> = { parse(value: unknown): View };

/** The answer does not fit: this tab is older or newer than the coordinator it talks to. */
export class MisfitError extends Error {
  override readonly name = 'MisfitError';
}

/** @throws ProblemError when it is refused, MisfitError when it is not understood, TypeError when nobody answers */
export async function ask<View>(path: string, schema: Schema<View>, init: RequestInit = {}): Promise<View> {
  const response = await fetch(path, { ...init, headers: { accept: 'application/json', ...init.headers } });
  if (!response.ok) throw new ProblemError(await problemOf(response));
  try {
    return schema.parse(response.status === 204 ? null : await response.json());
  } catch (cause) {
    throw new MisfitError(`the answer to ${path} is not what this page expects`, { cause });
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const { status } = response;
  try {
    return problem.parse(await response.json());
  } catch {
    // A proxy in between answers in its own words.
    return { type: 'about:blank', title: response.statusText, status, detail: `the answer was ${status}` };
  }
}
