/** A text that somebody else has written must not keep a regular expression of the product busy. */
import path from 'node:path';
import { expect, test } from 'vitest';
import { readCommitObject } from '#coordinator/source/commit-object.ts';
import { attacksOn } from '../support/attack.ts';
import { patternsIn, slownessOf } from './regular-expressions.ts';

const attack = attacksOn('files and text');
const root = path.resolve(import.meta.dirname, '../../..');

/** Expressions that take the square of a length, over texts that are short or that nobody else writes. */
const bounded: Record<string, string> = {
  'coordinator/bus/process-identity.ts': 'one line of ps, of a process that was recorded',
  'coordinator/cli/local-repository.ts': "what a person's own git says of its remote",
  'coordinator/reports/parse/place-in.ts': 'a thousand characters of a line at most',
  'coordinator/source/branches.ts': 'eight thousand characters of what git says at most',
};

test('an expression that backtracks without end is found out, and an honest one is not', () => {
  const of = (source: string) => slownessOf({ place: '', source, flags: '' });
  expect(of('^(a+)+$')).not.toBeNull();
  expect(of('\\s+$')).not.toBeNull();
  expect(of('^[a-z]+(?:-[a-z]+)*$')).toBeNull();
});

attack(
  'a text is written so that an expression of the product takes for ever',
  'pull request',
  async () => {
    const all = await patternsIn(root, ['shared/**/*.ts', 'agent/**/*.ts', 'coordinator/**/*.{ts,tsx}']);
    expect(all.length).toBeGreaterThan(400);
    const slow = all
      .filter(({ place }) => !(place in bounded))
      .flatMap(pattern => {
        const why = slownessOf(pattern);
        return why === null ? [] : [`${pattern.place}: /${pattern.source}/${pattern.flags} over ${why}`];
      });
    expect(slow).toEqual([]);
    return `none does, over 32,000 characters of what it looks for [${all.length} expressions]`;
  },
  240_000,
);

attack('the author of a commit is written so that whoever reads it takes for ever', 'pull request', () => {
  const evil = `tree ${'a'.repeat(40)}\nauthor ${'<'.repeat(2_000_000)}\ncommitter C <c@d> 1 +0000\n\nTitle\n`;
  const began = performance.now();
  expect(readCommitObject(Buffer.from(evil)).title).toBe('Title');
  // Of the square of its length it would be the better part of an hour.
  expect(performance.now() - began).toBeLessThan(10_000);
  return 'its title, at once';
});
