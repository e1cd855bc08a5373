/** What the calls about one repository share. */
import type { ApiAnswer, ApiRequest, Caller } from './api-answer.ts';
import type { RepositoryRecord } from './records.ts';
import type { World } from './world.ts';

export type Call = {
  world: World;
  caller: Caller;
  repository: RepositoryRecord;
  request: ApiRequest;
  /** What the pattern's groups held. */
  rest: readonly string[];
};
export type Route = { method: string; pattern: RegExp; answer: (call: Call) => ApiAnswer };

/** One page as the query asks for it: 30 unless told, at most 100, counted from 1. */
export function pageOf<Item>(items: readonly Item[], query: URLSearchParams): Item[] {
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const page = Math.max(Number(query.get('page') ?? 1), 1);
  return items.slice((page - 1) * size, page * size);
}

/** A commit or the name of a branch, as `{ref}` may be either. */
export const resolve = (repository: RepositoryRecord, ref: string): string =>
  repository.branches.get(ref.replace(/^heads\//, '')) ?? ref;
