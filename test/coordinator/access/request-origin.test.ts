import { expect, test } from 'vitest';
import { type RequestOrigin, refusalOf } from '#coordinator/access/request-origin.ts';

const home = { names: ['ci.example.org'], origins: ['https://ci.example.org'] };
const request: RequestOrigin = {
  method: 'GET',
  isUpgrade: false,
  host: 'ci.example.org',
  origin: undefined,
  fetchSite: undefined,
};
const judge = (change: Partial<RequestOrigin>) => refusalOf({ ...request, ...change }, home);

test.each([
  'ci.example.org',
  'CI.example.org:8443',
  'localhost',
  'localhost:7070',
  '127.0.0.1:7070',
  '10.1.2.3',
  '[::1]:7070',
])('a request for the host %s is ours', host => {
  expect(judge({ host })).toBeNull();
});

test.each([
  undefined,
  '',
  'evil.example',
  'ci.example.org.evil.example',
  'localhost.evil.example:7070',
  '127.0.0.1.evil.example',
  'evil.example@ci.example.org',
  'ci.example.org/evil.example',
  'ci.example.org, evil.example',
  '[::1',
])('a request for the host %s is refused, also when it only reads', host => {
  expect(judge({ host })).toMatch(/not called by that name/);
});

const changes: [string, Partial<RequestOrigin>][] = [
  ['a POST', { method: 'POST' }],
  ['a DELETE', { method: 'DELETE' }],
  ['a WebSocket', { isUpgrade: true }],
  ['an unknown method', { method: undefined }],
];

test.each(changes)('%s by a program, without headers of a browser, is fine', (_, change) => {
  expect(judge(change)).toBeNull();
});

test.each(changes)('%s by our own page is fine', (_, change) => {
  expect(judge({ ...change, origin: 'https://ci.example.org', fetchSite: 'same-origin' })).toBeNull();
  expect(judge({ ...change, host: '127.0.0.1:7070', origin: 'http://127.0.0.1:7070' })).toBeNull();
});

test.each(changes)('%s by our own page behind a proxy that changes the host is fine', (_, change) => {
  expect(judge({ ...change, host: '127.0.0.1:7070', origin: 'https://ci.example.org' })).toBeNull();
});

test.each(changes)('%s by another site is refused', (_, change) => {
  for (const origin of [
    'https://evil.example',
    'null',
    '',
    'http://ci.example.org:8080',
    'https://ci.example.org.evil.example',
    'https://evil.example/ci.example.org',
    'file://ci.example.org',
  ])
    expect(judge({ ...change, origin })).toMatch(/another site/);
});

test.each(changes)('%s that a browser calls cross-site is refused also without an origin', (_, change) => {
  expect(judge({ ...change, fetchSite: 'cross-site' })).toMatch(/another site/);
  expect(judge({ ...change, fetchSite: 'same-site' })).toMatch(/another site/);
  expect(judge({ ...change, fetchSite: 'none' })).toBeNull();
});

test('reading after a click on another site is fine', () => {
  expect(judge({ origin: 'https://evil.example', fetchSite: 'cross-site' })).toBeNull();
});
