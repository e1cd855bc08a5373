import { describe, expect, test } from 'vitest';
import { fits } from '#coordinator/secrets/choose-secrets.ts';
import { oddities, whyNotKept } from '#coordinator/secrets/judge-secret.ts';
import { limits } from '#shared/limits.ts';
import { secretPlace, setSecret } from '#shared/secrets.ts';

const judge = (facts: Partial<Parameters<typeof whyNotKept>[0]> = {}) =>
  whyNotKept({ name: 'TOKEN', value: 'correct horse', form: 'variable', ...facts });

test.each([
  ['empty', '', 'the value is empty'],
  ['three bytes', 'abc', 'less than 4 bytes: it could not be blanked in logs'],
  ['three bytes and a line end', 'abc\n', 'less than 4 bytes'],
  ['a NUL', 'corre\0ct', 'no variable can hold'],
  ['no text', 'corre\u{fffd}ct', 'not text in UTF-8'],
  ['too long', 'x'.repeat(limits.secretBytes + 1), 'at most 65.5 kB are kept'],
])('a value that is %s is not kept', (_, value, sentence) => {
  expect(judge({ value })).toContain(sentence);
  expect(judge({ value })).not.toContain('corre');
});

test.each([
  'PATH',
  'HOME',
  'CI',
  'PADDOCK',
  'PADDOCK_JOB',
  'LD_PRELOAD',
  'https_proxy',
  'BASH_ENV',
  'LC_ALL',
])('the name %s is taken', name => {
  expect(judge({ name })).toBe(`${name} means something to programs already; choose another name`);
});

test('what is at a bound is kept', () => {
  for (const value of ['abcd', 'x'.repeat(limits.secretBytes), 'é'.repeat(limits.secretBytes / 2)])
    expect(judge({ value })).toBeNull();
  expect(judge({ name: 'PATHS' })).toBeNull();
  expect(judge({ form: 'file', value: '-----BEGIN\nabc\n-----END\n' })).toBeNull();
});

describe('a request', () => {
  const asked = { repository: 'acme/rocket', name: 'TOKEN', value: 'x' };
  test.each([
    { name: '1TOKEN' },
    { name: 'TO-KEN' },
    { name: 'T'.repeat(101) },
    { repository: 'acme' },
    { repository: '*/rocket' },
    { repository: 'acme/roc*' },
    { repository: 'acme/rocket/x' },
    { stage: 'production' },
    { images: ['Debian'] },
    { images: Array(21).fill('debian') },
    { labels: { 'Site!': 'berlin' } },
    { form: 'argument' },
    { unknown: 1 },
  ])('with $0 is refused without its value', wrong => {
    const { success, error } = setSecret.safeParse({ ...asked, value: 'correct horse', ...wrong });
    expect(success).toBe(false);
    expect(error?.message).not.toContain('horse');
  });

  test('names repositories as a forge does, by letters of any case', () => {
    expect(secretPlace.parse({ repository: 'Acme/*', name: 'A' })).toEqual({
      ...{ repository: 'acme/*', stage: '', name: 'A' },
    });
  });
});

test('what is odd is said: nothing of that name, too easy to guess, a line too short', () => {
  const known = { repositories: ['Acme/Rocket'], images: ['debian-12'], labels: ['site=berlin'] };
  const odd = (facts: Partial<Parameters<typeof oddities>[0]> = {}) =>
    oddities(
      { repository: 'acme/rocket', value: 'correct horse', images: [], labels: {}, ...facts },
      known,
      fits,
    );
  expect(odd({ images: ['debian-*'], labels: { site: 'berlin' } })).toEqual([]);
  expect(odd({ repository: 'acme/*' })).toEqual([]);
  expect(odd({ repository: 'acme/rokcet' })).toEqual(['no repository acme/rokcet is known yet']);
  expect(odd({ repository: 'acm/*' })).toEqual(['no repository acm/* is known yet']);
  expect(odd({ images: ['debain-*'] })).toEqual([expect.stringContaining('no image is called debain-* now')]);
  expect(odd({ labels: { site: 'bonn' } })).toEqual([
    expect.stringContaining('no host has the label site=bonn'),
  ]);
  expect(odd({ value: 'abcdef' })).toEqual([expect.stringContaining('less than 8 bytes')]);
  expect(odd({ value: 'correct horse\nab\n' })).toEqual([expect.stringContaining('a line of the value')]);
});
