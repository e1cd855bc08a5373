/** Inputs near to what is in the corpus: seeds, cut, doubled, flipped, spliced and filled with words that hurt parsers. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';

const folder = path.join(import.meta.dirname, 'corpus');

export const corpusOf = (name: string): Buffer[] =>
  readdirSync(path.join(folder, name))
    .sort()
    .map(file => readFileSync(path.join(folder, name, file)));

/** Longer inputs take longer and find nothing new; bounds have tests of their own. */
const longest = 64 * 1024;

const words = [
  ...[
    '',
    '\0',
    '\r\n',
    '\n',
    '\t',
    ' ',
    '"',
    "'",
    '\\',
    '{',
    '}',
    '[',
    ']',
    '<',
    '>',
    '&',
    '*',
    '&a ',
    '*a',
    '!!',
    '%',
    '#',
  ],
  ...[
    '-1',
    '0',
    '1e999',
    '9007199254740993',
    'NaN',
    'null',
    'true',
    '{}',
    '[]',
    '__proto__',
    'constructor',
    'toString',
  ],
  ...[
    '../',
    '..\\',
    '/etc/passwd',
    '--upload-pack=x',
    'ext::x',
    '\u202e',
    '\u2066',
    '\ud83d',
    '\u001b[2J',
    '\u001b]8;;javascript:x\u0007',
  ],
  ...[
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE x [',
    '<!ENTITY a "b">',
    '&#0;',
    '&#x10ffff;',
    '<testcase>',
    '1..',
    'not ok',
    '# TODO',
    '  ---\n',
    'Bail out!',
  ],
  ...['MSG ', 'HMSG ', ' 999999999\r\n', 'NATS/1.0\r\n'],
].map(word => Buffer.from(word));

const place = fc.double({ min: 0, max: 1, noNaN: true });

type Change = (bytes: Buffer, seeds: readonly Buffer[]) => Buffer;

const spanOf = (bytes: Buffer, [from, to]: [number, number]): [number, number] => {
  const [one, other] = [Math.floor(from * bytes.length), Math.floor(to * bytes.length)];
  return [Math.min(one, other), Math.max(one, other)];
};

const changes: fc.Arbitrary<Change> = fc.oneof(
  // A piece goes.
  fc.tuple(place, place).map(
    (at): Change =>
      bytes => {
        const [from, to] = spanOf(bytes, at);
        return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
      },
  ),
  // A piece comes again, many times.
  fc.tuple(place, place, fc.nat(200)).map(
    ([from, to, times]): Change =>
      bytes => {
        const [begin, end] = spanOf(bytes, [from, to]);
        const piece = bytes.subarray(begin, end);
        const count = piece.length === 0 ? 0 : Math.min(times, Math.ceil(longest / piece.length));
        return Buffer.concat([bytes.subarray(0, end), ...Array(count).fill(piece), bytes.subarray(end)]);
      },
  ),
  // A word is put in.
  fc.tuple(place, fc.constantFrom(...words)).map(
    ([at, word]): Change =>
      bytes => {
        const [from] = spanOf(bytes, [at, at]);
        return Buffer.concat([bytes.subarray(0, from), word, bytes.subarray(from)]);
      },
  ),
  // A byte is another one.
  fc.tuple(place, fc.nat(255)).map(
    ([at, byte]): Change =>
      bytes => {
        const changed = Buffer.from(bytes);
        if (changed.length > 0) changed[Math.min(changed.length - 1, Math.floor(at * changed.length))] = byte;
        return changed;
      },
  ),
  // A piece of another seed is put in.
  fc.tuple(place, place, place, place).map(
    ([at, which, from, to]): Change =>
      (bytes, seeds) => {
        const other = seeds[Math.floor(which * seeds.length)] ?? seeds[0] ?? Buffer.alloc(0);
        const [here] = spanOf(bytes, [at, at]);
        return Buffer.concat([
          bytes.subarray(0, here),
          other.subarray(...spanOf(other, [from, to])),
          bytes.subarray(here),
        ]);
      },
  ),
);

export function mutated(seeds: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const near = fc
    .tuple(fc.constantFrom(...seeds), fc.array(changes, { maxLength: 8 }))
    .map(([seed, all]) =>
      all.reduce((bytes: Buffer, change) => change(bytes, seeds).subarray(0, longest), Buffer.from(seed)),
    );
  const far = fc.uint8Array({ maxLength: 2_000 }).map((bytes): Buffer => Buffer.from(bytes));
  return fc.oneof({ weight: 20, arbitrary: near }, { weight: 1, arbitrary: far });
}
