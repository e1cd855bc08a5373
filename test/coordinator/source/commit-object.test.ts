import { expect, test } from 'vitest';
import { readCommitObject } from '#coordinator/source/commit-object.ts';

const tree = 'a'.repeat(40);
const commit = (rest: string, encoding: BufferEncoding = 'utf8') =>
  readCommitObject(Buffer.from(`tree ${tree}\n${rest}`, encoding));

test.each([
  [
    'a plain one',
    'author Ada <a@b> 1700000000 +0100\ncommitter C <c@d> 1 +0000\n\nTitle\n\nBody\n',
    'Title',
    'Ada',
    1_700_000_000_000,
  ],
  ['two lines first', 'author A <a@b> 1 +0000\n\nMend it\nand that\n\nBody\n', 'Mend it', 'A', 1_000],
  ['no message', 'author Ada <a@b> 1 +0000\n', '', 'Ada', 1_000],
  ['no name', 'author <a@b> 1 +0000\n\nx', 'x', '', 1_000],
  ['a time before 1970', 'author A <a@b> -5 +0000\n\nx', 'x', 'A', 0],
  ['a time without sense', 'author A <a@b> 99999999999999999999 +0000\n\nx', 'x', 'A', 0],
  ['no author at all', '\nx', 'x', '', 0],
  ['empty lines first', 'author A <a@b> 1 +0000\n\n\n\n  x\ty \n', 'x y', 'A', 1_000],
  [
    'a signature',
    'author A <a@b> 1 +0000\ngpgsig -----BEGIN\n author Eve <e@e> 9 +0000\n -----END\n\nx',
    'x',
    'A',
    1_000,
  ],
])('a commit with %s is read', (_, rest, title, author, authoredAt) => {
  expect(commit(rest)).toMatchObject({ title, author, authoredAt, tree, parents: [] });
});

test('a commit in another encoding is read in it', () => {
  const facts = commit('author J\u00f6rg <a@b> 1 +0000\nencoding ISO-8859-1\n\nGr\u00fc\u00dfe', 'latin1');
  expect(facts).toMatchObject({ author: 'Jörg', title: 'Grüße' });
});

test('an encoding nobody knows is read as UTF-8', () => {
  expect(commit('author Jörg <a@b> 1 +0000\nencoding klingon\n\nGrüße')).toMatchObject({
    author: 'Jörg',
    title: 'Grüße',
  });
});

test('a message of a megabyte gives a short title', () => {
  expect(commit(`author A <a@b> 1 +0000\n\n${'x'.repeat(1_000_000)}`).title).toHaveLength(500);
});
