import { expect, test } from 'vitest';
import { createRedactor } from '#coordinator/setup/bundle/redact.ts';

const redact = createRedactor({
  secrets: ['p4ss w"rd/of=mine', 'short'],
  names: ['acme/rocket', 'acme/rocket-engine', 'acme/linux'],
  words: new Set(['linux']),
});

test('a secret is hidden as it is, in JSON, in addresses and in base64; what is too short to be one stays', () => {
  const secret = 'p4ss w"rd/of=mine';
  for (const form of [
    secret,
    JSON.stringify({ secret }),
    `https://x/?token=${encodeURIComponent(secret)}`,
    `Basic ${Buffer.from(secret).toString('base64')}`,
  ]) {
    expect(redact(`before ${form} after`)).toContain('(secret)');
    expect(redact(form)).not.toMatch(/p4ss|cDRzcy/);
  }
  expect(redact('a short line')).toBe('a short line');
});

test.each([
  `token ${'ghp_'}${'a1'.repeat(18)}`,
  `{"jwt":"eyJhbGciOiJI.eyJzdWIiOiJ4.c2lnbmF0dXJl"}`,
  `seed SU${'A'.repeat(56)}`,
  `paddock_${'0123456789abcdef'.repeat(3)}`,
  'authorization: Bearer abcdef0123456789',
  'postgres://paddock:hunter2-hunter2@db/paddock',
  '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----',
])('what looks like a secret is hidden, known or not: %s', text => {
  expect(redact(text)).toContain('(secret)');
  expect(redact(text)).not.toMatch(/a1a1a1|c2lnbmF0|AAAAAAA|0123456789abcdef|hunter2|MHcCAQEE/);
});

test('names of metrics, ids and digests stay', () => {
  const text = `paddock_queue_oldest_wait_seconds{image="here"} 3 run_01h455vb4pex5vsknk084sn02q ${'ab'.repeat(32)}`;
  expect(redact(text)).toBe(text);
});

test('a private repository has another name, the same everywhere; an image of that name keeps its own', () => {
  expect(redact('acme/rocket and ACME/Rocket, mirror of rocket, rocket-engine, linux')).toBe(
    'hidden/repository-2 and hidden/repository-2, mirror of repository-2, repository-3, linux',
  );
  expect(redact('acme/linux')).toBe('hidden/repository-1');
  expect(redact('skyrocket')).toBe('skyrocket');
});
