/**
 * Every page and every other kind of answer of a coordinator in the middle of its work: what its headers and cookies say, and
 * what axe has against it. Routes that nobody has looked at are named: a new page is not forgotten.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import type { Browser } from 'playwright-core';
import { openPeopleAccess } from '#coordinator/access/people-access.ts';
import { buildPeopleApp } from '#coordinator/http/app.ts';
import type { PeopleParts } from '#coordinator/http/parts.ts';
import { violationsOf } from '#test/support/axe.ts';
import { ask } from '#test/support/people/ask.ts';
import { fillGallery, paths } from '#test/support/people/gallery.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { fillPeople, fillSecrets } from '#test/support/people/trusted.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';
import { type Answer, answerOf } from './answer.ts';

export type Looked = { answers: Answer[]; unseen: string[] };

export async function lookAtPages(browser: Browser): Promise<Looked> {
  let parts: PeopleParts | null = null;
  const answers: Answer[] = [];
  const unseen: string[] = [];
  await withPeople(
    async people => {
      const gallery = await fillGallery(people);
      await fillPeople(people);
      await fillSecrets(people);
      const addresses = paths(gallery);
      answers.push(...(await pagesOf(people, browser, addresses)));
      answers.push(...(await othersOf(people, gallery.passedRun)));
      if (parts) answers.push(...(await overHttps(people, parts)));
      const seen = new Set(answers.map(({ route }) => route));
      const routes = people.app.doors.filter(({ method, url }) => method === 'GET' && !isForPrograms(url));
      unseen.push(...routes.map(({ url }) => url).filter(url => !seen.has(url)));
    },
    real => {
      parts = real;
      return real;
    },
  );
  return { answers, unseen };
}

/** Of these one of each kind is looked at; GitHub's way back is tried with GitHub (`test/browser/sign-in.test.ts`). */
const isForPrograms = (url: string): boolean =>
  /^\/(?:api|hooks|assets|healthz|readyz|metrics|badge|badges|sign-in\/github)\b/.test(url);

/** The route that answers an address. */
function routeOf({ app }: People, address: string): string {
  const { pathname } = new URL(address, 'http://localhost');
  const route = app.doors.find(({ method, url }) => {
    const pattern = url.replaceAll(/:\w+/g, '[^/]+').replaceAll('.', '\\.');
    return method === 'GET' && !url.includes('*') && new RegExp(`^${pattern}$`).test(pathname);
  });
  return route?.url ?? 'none';
}

async function pagesOf(
  people: People,
  browser: Browser,
  addresses: Record<string, string>,
): Promise<Answer[]> {
  const viewport = { width: 1280, height: 800 };
  const context = await browser.newContext({
    ...(await signedIn(people)),
    viewport,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const answers: Answer[] = [];
  for (const [name, address] of Object.entries(addresses)) {
    // What differs by its fragment alone would not be asked for again.
    await page.goto('about:blank');
    const response = await page.goto(people.url + address, { waitUntil: 'networkidle' });
    if (!response) throw new Error(`nobody answers ${address}`);
    await until(`${name} is drawn`, async () => (await page.locator('h1').count()) > 0);
    const violations = await violationsOf(page);
    const facts = { name, route: routeOf(people, address), status: response.status(), violations };
    answers.push(answerOf(facts, await response.allHeaders()));
  }
  await context.close();
  return answers;
}

/** Logs, downloads, mistakes, the API, and what sets a cookie or takes it away. */
async function othersOf(people: People, run: string): Promise<Answer[]> {
  const asPage = { accept: 'text/html' };
  const get = async (address: string) =>
    JSON.parse((await ask(people, address, { headers: people.admin })).text);
  const [artifact] = await get(`/api/v1/runs/${run}/artifacts`);
  const { jobs } = await get(`/api/v1/runs/${run}`);
  const log = `/logs/${jobs[0].attempt}.txt`;
  const link = JSON.stringify({ link: new URL(people.makeLink()).hash.slice(1) });
  const json = { 'content-type': 'application/json' };
  const asked: [name: string, address: string, request: Parameters<typeof ask>[2]][] = [
    ['a log', log, {}],
    ['an artifact', new URL(artifact.url, people.url).pathname, {}],
    ['an answer of the API', '/api/v1/session', {}],
    ['a refusal of the API', '/api/v1/people', {}],
    ['a page for a mistake', '/logs/nonsense', { headers: asPage }],
    ['nothing there', '/nowhere', { headers: asPage }],
    ['signing in', '/api/v1/session', { method: 'POST', headers: json, body: link }],
    ['signing out', '/api/v1/session', { method: 'DELETE' }],
  ];
  const answers: Answer[] = [];
  for (const [name, address, request] of asked) {
    const { status, headers } = await ask(people, address, request);
    answers.push(answerOf({ name, route: routeOf(people, address), status, violations: null }, headers));
  }
  return answers;
}

/** The same, where people come by https. */
async function overHttps(people: People, parts: PeopleParts): Promise<Answer[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'paddock-https-'));
  const headers = { host: 'ci.example.org', accept: 'text/html' };
  const store = people.store;
  const access = await openPeopleAccess(directory, 'https://ci.example.org', {
    store,
    now: () => people.clock.now,
  });
  const app = buildPeopleApp({ ...parts, access }, pino({ level: 'silent' }), undefined, { isTlsOnly: true });
  try {
    const link = new URL(access.makeLink().url).hash.slice(1);
    const page = await app.inject({ url: '/', headers });
    const signingIn = await app.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers,
      payload: { link },
    });
    return [
      answerOf(
        { name: 'runs, by https', route: '/', status: page.statusCode, violations: null },
        headersOf(page),
      ),
      answerOf(
        {
          name: 'signing in, by https',
          route: '/api/v1/session',
          status: signingIn.statusCode,
          violations: null,
        },
        headersOf(signingIn),
      ),
    ];
  } finally {
    await app.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** None is a number but the length, which is not looked at. */
const headersOf = ({ headers }: { headers: Record<string, string | number | string[] | undefined> }) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'number' ? `${value}` : value]),
  );
