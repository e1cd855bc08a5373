import { expect, test } from 'vitest';
import { specViaGateway, viaGateway } from '#agent/guest/session/gateway.ts';
import { commitSha } from '#shared/ids.ts';
import { specOf } from '../support/specs.ts';

test.each([
  ['http://127.0.0.1:7071', 'http://10.0.2.2:7071'],
  ['http://[::1]:7071/source/a?b=c', 'http://10.0.2.2:7071/source/a?b=c'],
  ['https://ci.example.org/enrol', 'https://10.0.2.2/enrol'],
  ['nats://ci.example.org:4222', 'nats://10.0.2.2:4222'],
])('%s is asked at the gateway as %s', (url, there) => {
  expect(viaGateway(url, '10.0.2.2')).toBe(there);
  expect(viaGateway(url, null)).toBe(url);
});

test('source and uploads of an attempt are asked at the gateway, and nothing else changes', () => {
  const spec = specOf({
    source: {
      type: 'mirror',
      url: 'http://127.0.0.1:7071/source/a',
      token: 'token',
      commit: commitSha.parse('c'.repeat(40)),
      ref: 'main',
      prefer: 'archive',
    },
  });
  const there = specViaGateway(spec, '10.0.2.2');
  expect(there).toEqual({
    ...spec,
    source: { ...spec.source, url: 'http://10.0.2.2:7071/source/a' },
    artifacts: { ...spec.artifacts, url: viaGateway(spec.artifacts.url, '10.0.2.2') },
  });
  expect(specViaGateway(spec, null)).toBe(spec);
});
