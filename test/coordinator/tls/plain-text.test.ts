import { expect, test } from 'vitest';
import { type Listening, requireTls } from '#coordinator/tls/plain-text.ts';

const here = { host: '127.0.0.1', port: 7070 };
const open = { host: '0.0.0.0', port: 7070 };

const listening = (more: Partial<Listening>): Listening => ({
  listen: { people: here, machines: here, nats: here },
  tls: [],
  plainText: [],
  ...more,
});
const publicly = { people: open, machines: { host: '192.0.2.1', port: 7071 }, nats: here };

test('plain text on loopback and TLS anywhere need no word', () => {
  for (const host of ['127.0.0.1', '127.8.9.1', '::1', 'localhost'])
    expect(() =>
      requireTls(listening({ listen: { people: { host, port: 1 }, machines: here, nats: here } }), false),
    ).not.toThrow();
  expect(() => requireTls(listening({ listen: publicly, tls: ['people', 'machines'] }), false)).not.toThrow();
});

test.each<[string, Partial<Listening>, boolean]>([
  ['nobody has allowed it', {}, false],
  ['only the configuration has', { plainText: ['people', 'machines'] }, false],
  ['only the command line has', {}, true],
  ['the configuration has allowed another listener', { plainText: ['people', 'nats'] }, true],
])('plain text on a public address is refused when %s', (_, more, isSaid) => {
  expect(() => requireTls(listening({ listen: publicly, ...more }), isSaid)).toThrow(
    /listen\.machines \(192\.0\.2\.1:7071\).*paddock tls init.*reverse proxy.*--plain-text-on-public-addresses/,
  );
});

test('told twice, it is allowed', () => {
  const told = listening({ listen: publicly, plainText: ['people', 'machines'] });
  expect(() => requireTls(told, true)).not.toThrow();
});

test('a name other than localhost counts as public, and so does every address of IPv6 but one', () => {
  for (const host of ['ci.example.org', '::', 'fe80::1', '::ffff:127.0.0.1'])
    expect(() =>
      requireTls(listening({ listen: { people: here, machines: here, nats: { host, port: 4222 } } }), false),
    ).toThrow(/listen\.nats/);
});
