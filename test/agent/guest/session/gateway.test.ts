import { expect, test } from 'vitest';
import { gitRoute, viaGateway } from '#agent/guest/session/gateway.ts';

test.each([
  ['http://127.0.0.1:7071', 'http://10.0.2.2:7071'],
  ['http://[::1]:7071/source/a?b=c', 'http://10.0.2.2:7071/source/a?b=c'],
  ['nats://ci.example.org:4222', 'nats://10.0.2.2:4222'],
])('%s is asked at the gateway as %s', (url, there) => {
  expect(viaGateway(url, '10.0.2.2')).toBe(there);
  expect(viaGateway(url, null)).toBe(url);
});

test('git is told the gateway: by the address without TLS, by name and certificates with it', () => {
  expect(gitRoute('http://ci.example:80/git', '10.0.2.2', '/ca.pem')).toEqual({
    ...{ url: 'http://10.0.2.2:80/git', config: [] },
  });
  const url = 'https://ci.example/git';
  expect(gitRoute(url, '10.0.2.2', undefined)).toEqual({
    ...{ url, config: [['http.curloptResolve', 'ci.example:443:10.0.2.2']] },
  });
  expect(gitRoute('https://ci.example:8443/git', '10.0.2.2', '/ca.pem').config).toEqual([
    ['http.curloptResolve', 'ci.example:8443:10.0.2.2'],
    ['http.sslCAInfo', '/ca.pem'],
  ]);
  expect(gitRoute(url, null, undefined)).toEqual({ url, config: [] });
});
