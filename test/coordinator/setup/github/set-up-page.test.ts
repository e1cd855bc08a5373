import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { apiOf, webOf } from '#coordinator/github/github-pages.ts';
import { manifestOf } from '#coordinator/setup/github/manifest.ts';
import { openSetUpPage, type Refusal, type SetUpPage } from '#coordinator/setup/github/set-up-page.ts';
import { until } from '#test/support/until.ts';

const wish = { name: 'Ours <b>', url: 'https://ci.example.org', hasWebhook: true };
const code = 'a180b1a3d263c81bc6441d7b990bae27d4c10679';
let page: SetUpPage;
let refused: Refusal[];

beforeEach(async () => {
  refused = [];
  page = await openSetUpPage({
    port: 0,
    newAppUrl: 'https://github.com/settings/apps/new',
    manifestFor: redirectUrl => manifestOf(wish, redirectUrl),
    onRefused: why => refused.push(why),
  });
});
afterEach(() => page.close());

const stateOf = async () => /state=([\w-]+)/.exec(await (await fetch(page.link)).text())?.[1] ?? '';

test('what is pasted is the address with our state, or the code out of it', async () => {
  const state = await stateOf();
  expect(page.readPasted(` http://127.0.0.1:1/created?code=${code}&state=${state}\n`)).toBe(code);
  expect(page.readPasted(code)).toBe(code);
  for (const other of [
    '',
    'nonsense',
    `http://127.0.0.1:1/created?code=${code}`,
    `http://x/?code=${code}&state=no`,
  ])
    expect(page.readPasted(other)).toBe(null);
});

test('a code that would change the address of the call is none', async () => {
  const state = await stateOf();
  const answer = await fetch(new URL(`/created?code=..%2F..%2Fuser&state=${state}`, page.link));
  expect([answer.status, refused]).toEqual([400, ['foreign']]);
});

test('a second opening ends it: nothing is shown, and neither what comes back nor what is pasted is taken', async () => {
  const state = await stateOf();
  const back = `${new URL(`/created?code=${code}&state=${state}`, page.link)}`;
  const second = await fetch(page.link);
  const shown = await second.text();
  expect(second.status).toBe(410);
  expect(shown).toContain('opened before');
  expect(shown).not.toContain(state);
  await until('it is told', () => refused.length > 0);
  expect((await fetch(back)).status).toBe(410);
  expect((await fetch(page.link)).status).toBe(410);
  expect([page.readPasted(back), page.readPasted(code)]).toEqual([null, null]);
  expect(refused).toEqual(['opened-twice']);
});

test('a browser that looks ahead is shown nothing, and is no opening', async () => {
  const ahead = await fetch(page.link, { headers: { 'sec-purpose': 'prefetch;prerender' } });
  expect(ahead.status).toBe(503);
  expect(await ahead.text()).not.toContain('state=');
  expect(await stateOf()).not.toBe('');
});

test.each(['//', 'http://[', '*'])('a request for %s is refused like any other', async target => {
  const socket = connect(page.port, '127.0.0.1');
  socket.end(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${page.port}\r\nConnection: close\r\n\r\n`);
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 40[04] /);
});

test('nothing that somebody named becomes mark-up', async () => {
  const html = await (await fetch(page.link)).text();
  expect(html).not.toContain('<b>');
  expect(html).toContain('Ours &#60;b&#62;');
});

test.each([
  ['https://github.com', 'https://api.github.com'],
  ['https://github.example.org', 'https://github.example.org/api/v3'],
  ['https://acme.ghe.com', 'https://api.acme.ghe.com'],
])('pages at %s belong to the API at %s', (web, api) => {
  expect([apiOf(web), webOf(api)]).toEqual([api, web]);
});
