/** The suite's log, read as it streams by. */
import { expect, test } from 'vitest';
import { readSaid } from '#coordinator/images/read-log.ts';

async function* piecewise(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index} of 9\n`).join('');

test.each([1, 7, 4_096])('is the same in pieces of %i bytes', async size => {
  const head = 'conformance clock 1700000000\nconformance live 1\n';
  const text = `${head}conformance live 2\n${lines(1, 9)}`;
  const moments = [
    { offset: 0, at: 1_000 },
    { offset: head.length, at: 3_000 },
  ];
  expect(await readSaid(piecewise(text, size), moments)).toEqual({
    clock: { shown: 1_700_000_000_000, arrivedAt: 1_000 },
    live: [1_000, 3_000],
    lines: 9,
    isInOrder: true,
  });
});

test.each([
  ['a line is missing', lines(1, 3) + lines(5, 9), 3],
  ['a line comes twice', lines(1, 3) + lines(3, 4), 4],
  ['it begins in the middle', lines(2, 4), 0],
])('counts up to where %s', async (_, text, count) =>
  expect(await readSaid(piecewise(text, 64), [])).toMatchObject({ lines: count, isInOrder: false }),
);

test('a clock that is no number, and lines of others, are nothing', async () =>
  expect(await readSaid(piecewise('conformance clock soon\nhello\nconformance', 64), [])).toEqual({
    clock: null,
    live: [],
    lines: 0,
    isInOrder: true,
  }));
