/** Address → answer, of the pages. */
import type { ServerResponse } from 'node:http';
import { repository } from '../stage.ts';
import { actIds, stepIds } from '../tour/guide.ts';
import type { Tour } from '../tour/tour.ts';
import { type Answer, json, notFound, redirect, said } from './answer.ts';
import { readAssets, readPullPage } from './assets.ts';
import { makeStreams } from './stream-view.ts';

/** `answer` is null when it has taken the response over. */
export type Route = {
  method: 'GET' | 'POST';
  pattern: RegExp;
  answer(rest: readonly string[], response: ServerResponse): Answer | null | Promise<Answer>;
};

export const pathOf = (number: number): string => `/${repository}/pull/${number}`;
const pull = `^/${repository}/pull/(\\d{1,9})`;

export async function makeRoutes(tour: Tour): Promise<Route[]> {
  const [assets, page] = await Promise.all([readAssets(), readPullPage()]);
  const stream = makeStreams(tour);
  return [
    { method: 'GET', pattern: /^\/$/, answer: () => redirect(pathOf(tour.yours)) },
    {
      method: 'GET',
      pattern: /^\/assets\/([\w.-]+)$/,
      answer([name = '']) {
        const asset = assets.get(name);
        return asset ? { status: 200, type: asset.type, body: asset.bytes } : notFound;
      },
    },
    {
      method: 'GET',
      pattern: new RegExp(`${pull}$`),
      answer: ([number]) =>
        tour.view(Number(number)) ? { status: 200, type: 'text/html; charset=utf-8', body: page } : notFound,
    },
    {
      method: 'GET',
      pattern: new RegExp(`${pull}/events$`),
      answer: ([number], response) => stream(Number(number), response),
    },
    {
      method: 'GET',
      pattern: new RegExp(`^/${repository}/commit/([0-9a-f]{40})$`),
      answer([sha = '']) {
        const number = tour.pullWith(sha);
        return number === null ? notFound : redirect(`${pathOf(number)}#${sha}`);
      },
    },
    {
      method: 'POST',
      pattern: new RegExp(`${pull}/(${actIds.join('|')})$`),
      answer: ([number, name]) => press(tour, Number(number), name),
    },
    {
      method: 'POST',
      pattern: new RegExp(`^/guide/(${stepIds.join('|')})$`),
      answer([name]) {
        for (const step of stepIds) if (step === name) tour.mark(step);
        return { status: 204 };
      },
    },
  ];
}

/** The answer names the pull request to look at, which is another one after "Open another". */
async function press(tour: Tour, number: number, name: string | undefined): Promise<Answer> {
  const act = actIds.find(id => id === name);
  if (!act) return notFound;
  const refusal = await tour.press(number, act);
  return refusal ? said(409, refusal.message) : json(200, { path: pathOf(tour.yours) });
}
