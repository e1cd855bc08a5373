/**
 * Lists come page by page, with the addresses of the others in a `Link` header.
 * Source: https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api
 */
import type { Links } from './account-json.ts';
import { type ApiAnswer, type ApiRequest, ok } from './api-answer.ts';

/** One page as the query asks for it: 30 items unless told, at most 100, counted from 1. */
export function paged<Item>(
  { api }: Links,
  { path, query }: ApiRequest,
  items: readonly Item[],
  show: (page: Item[]) => unknown,
): ApiAnswer {
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const page = Math.max(Number(query.get('page') ?? 1), 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const to = (number: number, rel: string): string => {
    const there = new URLSearchParams(query);
    there.set('page', String(number));
    return `<${api}${path}?${there}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to(page - 1, 'prev')] : []),
    ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
    ...(page > 1 ? [to(1, 'first')] : []),
  ];
  const answer = ok(show(items.slice((page - 1) * size, page * size)));
  return links.length > 0 ? { ...answer, headers: { link: links.join(', ') } } : answer;
}
