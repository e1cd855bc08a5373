/** A listener that speaks TLS, and nothing else. */
import { once } from 'node:events';
import { get } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { type Listener, listen, type Shown } from '#coordinator/http/listener.ts';
import { createAuthority, type TestAuthority } from '#test/support/authority.ts';

async function shownFor(authority: TestAuthority, name: string): Promise<Shown> {
  const [world, local] = [await authority.certify([name]), await authority.certify(['localhost'])];
  return {
    ...{ key: world.key, chain: world.certificate },
    local: { key: local.key, chain: local.certificate },
  };
}

async function open(authority: TestAuthority, name = 'ci.example.org'): Promise<Listener> {
  const address = { host: '127.0.0.1', port: 0 };
  const listener = await listen('the test', address, await shownFor(authority, name));
  onTestFinished(listener.close);
  listener.server.on('request', (_, response) => response.end('hello'));
  listener.open();
  return listener;
}

const shakeHands = async (
  { port }: Listener,
  servername: string | undefined,
  more: object = {},
): Promise<TLSSocket> => {
  const socket = connect({ port, host: '127.0.0.1', ...(servername && { servername }), ...more });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
};

test('it answers by https under `localhost`, by the certificate that is for that', async () => {
  const authority = await createAuthority();
  const listener = await open(authority);
  expect(listener.url).toMatch(/^https:\/\/localhost:\d+$/);
  const [response] = await once(get(listener.url, { ca: authority.pem, agent: false }), 'response');
  expect(await text(response)).toBe('hello');
});

test('a certificate is changed without a restart, and connections that stand go on', async () => {
  const authority = await createAuthority();
  const listener = await open(authority);
  const ca = { ca: authority.pem };
  const before = await shakeHands(listener, 'ci.example.org', ca);
  listener.show(await shownFor(authority, 'other.example.org'));
  await expect(shakeHands(listener, 'ci.example.org', ca)).rejects.toThrow(/altnames/);
  await shakeHands(listener, 'other.example.org', ca);
  before.end('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  expect(await text(before)).toMatch(/^HTTP\/1\.1 200[\s\S]*hello/);
});

test('it speaks TLS 1.2 and 1.3, nothing older, and no plain text', async () => {
  const authority = await createAuthority();
  const listener = await open(authority);
  const exactly = (version: string) => ({ ca: authority.pem, minVersion: version, maxVersion: version });
  for (const version of ['TLSv1.2', 'TLSv1.3'])
    expect((await shakeHands(listener, 'ci.example.org', exactly(version))).getProtocol()).toBe(version);
  const old = { ...exactly('TLSv1.1'), ciphers: 'DEFAULT@SECLEVEL=0' };
  await expect(shakeHands(listener, 'ci.example.org', old)).rejects.toThrow(/version|EPROTO|alert/i);
  const plain = connectPlain(listener.port, '127.0.0.1');
  plain.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  expect(await text(plain)).not.toContain('hello');
});
