import { expect, test } from 'vitest';
import { checkCloneUrl, isPrivateChannel } from '#coordinator/source/clone-url.ts';

const strict = { allowLocal: false, allowSsh: false };
const open = { allowLocal: true, allowSsh: true };

test.each([
  ['https://github.com/acme/rocket.git', 'https'],
  ['http://127.0.0.1:8080/acme/rocket.git', 'http'],
  ['http://[::1]:8080/r', 'http'],
  ['git://example.com/r.git', 'git'],
  ['https://example.com/~ada/w%20x.git', 'https'],
])('%s is fine', (url, scheme) => {
  expect(checkCloneUrl(url, strict)).toEqual({ ok: { scheme, url } });
});

test.each([
  ['/srv/git/rocket', { scheme: 'file', url: '/srv/git/rocket' }],
  ['file:///srv/git/rocket', { scheme: 'file', url: 'file:///srv/git/rocket' }],
  ['ssh://git@example.com:22/r.git', { scheme: 'ssh', url: 'ssh://git@example.com:22/r.git' }],
  ['git@github.com:acme/rocket.git', { scheme: 'ssh', url: 'ssh://git@github.com/acme/rocket.git' }],
])('%s is fine only where the policy allows it', (url, ok) => {
  expect(checkCloneUrl(url, open)).toEqual({ ok });
  expect(checkCloneUrl(url, strict)).toHaveProperty('refused');
});

test.each([
  '',
  '-uupload-pack=id',
  '--upload-pack=touch /tmp/x',
  'ext::sh -c id',
  'ext::sh',
  'fd::17',
  '::x',
  'transport::https://example.com/r',
  'https://ada:pw@example.com/r',
  'https://token@example.com/r',
  'ssh://git:pw@example.com/r',
  'ssh://-oProxyCommand=id/r',
  'ssh://-x@example.com/r',
  'https://example.com',
  'https://example.com/',
  'https:///r',
  'https://example.com/r?token=x',
  'https://example.com/r#x',
  'https://example.com/a b',
  'https://example.com/a\nb',
  'https://example.com/\0',
  'https://exa\\mple.com/r',
  'ftp://example.com/r',
  'javascript:alert(1)',
  'file://host/srv/r',
  'relative/path',
  '../r',
  '.',
  '/',
  `https://example.com/${'x'.repeat(3_000)}`,
])('%j is refused under every policy', url => {
  const checked = checkCloneUrl(url, open);
  expect(checked).toEqual({ refused: expect.stringMatching(/^the clone URL is refused: /) });
  expect(JSON.stringify(checked)).not.toMatch(/pw|token=/);
});

test.each([
  ['https://example.com/r', true],
  ['http://127.0.0.1/r', true],
  ['http://localhost:1/r', true],
  ['http://example.com/r', false],
  ['git://example.com/r', false],
])('a credential may go to %s: %s', (url, isPrivate) => {
  const checked = checkCloneUrl(url, open);
  expect('ok' in checked && isPrivateChannel(checked.ok)).toBe(isPrivate);
});
