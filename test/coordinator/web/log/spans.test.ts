import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { blockOf } from '#coordinator/web/log/line-block.ts';
import { createLooks } from '#coordinator/web/log/looks.ts';
import { paintOf } from '#coordinator/web/log/paint.ts';
import { type Look, lookAfter, paletteColour, plain } from '#coordinator/web/log/sgr.ts';
import { cutSpans, hitsIn, markSpans, spansOf } from '#coordinator/web/log/spans.ts';
import { plainLine } from '#shared/log-text.ts';

const esc = '\x1b';
const sgr = (parameters: string): Partial<Look> => {
  const { look } = spansOf(`${esc}[${parameters}m`, plain);
  return Object.fromEntries(
    Object.entries(look).filter(([name, value]) => value !== plain[name as keyof Look]),
  );
};

test.each([
  ['31', { colour: 1 }],
  ['97;44', { colour: 15, ground: 4 }],
  ['38;5;208', { colour: 208 }],
  ['48;2;1;2;255', { ground: '#0102ff' }],
  ['38:2::1:2:3', { colour: '#010203' }],
  ['38:5:9', { colour: 9 }],
  ['1;38;2;1;2;3;4', { isBold: true, colour: '#010203', isUnderlined: true }],
  [
    '1;2;3;4;7;9',
    { isBold: true, isDim: true, isItalic: true, isUnderlined: true, isInverse: true, isStruck: true },
  ],
  ['4:3', { isUnderlined: true }],
  ['4;4:0', {}],
  ['1;22', {}],
  ['31;', {}],
  ['', {}],
  ['38;5;999', {}],
  ['38;2;1;2;x', {}],
  ['5;8;99999999999999', {}],
])('SGR %s', (parameters, look) => {
  expect(sgr(parameters)).toEqual(look);
});

test('the palette has the colours that terminals have', () => {
  expect([16, 21, 196, 208, 231, 232, 255].map(paletteColour)).toEqual([
    'rgb(0 0 0)',
    'rgb(0 0 255)',
    'rgb(255 0 0)',
    'rgb(255 135 0)',
    'rgb(255 255 255)',
    'rgb(8 8 8)',
    'rgb(238 238 238)',
  ]);
});

describe('a line', () => {
  const texts = (line: string) => spansOf(line, plain).spans.map(({ text, look }) => [text, look.colour]);

  it('is pieces of text with a look', () => {
    expect(texts(`a${esc}[31mb${esc}[0mc`)).toEqual([
      ['a', null],
      ['b', 1],
      ['c', null],
    ]);
  });

  it('that was drawn over is its last state, in the colour that was set before', () => {
    expect(texts(`${esc}[32m10%\r50%\r100%${esc}[0m`)).toEqual([['100%', 2]]);
    expect(texts('text\r')).toEqual([['text', null]]);
  });

  it('has, whatever was printed, the text that a search of it sees', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        esc,
        `${esc}[`,
        `${esc}[31m`,
        `${esc}]8;;https://a.example`,
        `${esc}\\`,
        '\x07',
        '\r',
        '\x9b',
        '\x9c',
        '\x9d',
        '\0',
        'm',
        ';',
      ),
      fc.constantFrom(`${esc}P`, `${esc}X`, `${esc}(`, '\x18', '\x1a', '\u202e', '\u2028', 'é', '\t'),
    );
    fc.assert(
      fc.property(fc.array(part), parts => {
        const line = parts.join('').replaceAll('\n', '');
        const seen = spansOf(line, plain)
          .spans.map(({ text }) => text)
          .join('');
        expect(seen).toBe(plainLine(line));
      }),
      { numRuns: 500 },
    );
  });

  it('of a million characters of any kind takes seconds of the processor, not minutes', () => {
    for (const start of ['z', `${esc}[31m`, `${esc}[`, `${esc}]8;;`, '\r', 'a\u0301']) {
      const before = process.cpuUsage();
      spansOf(start.repeat(1_000_000 / start.length), plain);
      const { user } = process.cpuUsage(before);
      expect([start, user < 5_000_000]).toEqual([start, true]);
    }
  });
});

describe('a link', () => {
  const href = (address: string) =>
    spansOf(`${esc}]8;id=1;${address}${esc}\\text${esc}]8;;${esc}\\`, plain).spans[0]?.href;

  it('leads to pages and letters, and nowhere else', () => {
    expect(href('https://a.example/x;y?z=1')).toBe('https://a.example/x;y?z=1');
    expect(href('mailto:a@b.example')).toBe('mailto:a@b.example');
    for (const address of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'file:///etc/passwd',
      'vbscript:x',
      '/relative',
      'blob:https://a.example/x',
      `https://a.example/${'x'.repeat(5_000)}`,
    ])
      expect([address, href(address)]).toEqual([address, null]);
  });

  it('ends with its line', () => {
    const open = spansOf(`${esc}]8;;https://a.example${esc}\\text`, plain);
    expect(open.spans[0]?.href).toBe('https://a.example/');
    expect(spansOf('next', open.look).spans[0]?.href).toBeNull();
  });
});

describe('a colour that no line has ended', () => {
  const block = (first: number, ...lines: string[]) =>
    blockOf(first, 0, new TextEncoder().encode(lines.map(line => `${line}\n`).join('')));

  it('goes on over lines and blocks, until a step begins', () => {
    const one = block(0, `${esc}[31mred`, 'red');
    const two = block(2, 'red', `${esc}[0mplain`, `plain${esc}[1m`, 'bold', 'new step');
    const find = (line: number) => (line < 2 ? one : two);
    const looks = createLooks(find, line => line === 6);
    const at = (line: number) => looks.before(find(line), line);
    expect([0, 1, 2, 3, 4, 5, 6].map(line => at(line).colour)).toEqual([null, 1, 1, 1, null, null, null]);
    expect([5, 6].map(line => at(line).isBold)).toEqual([true, false]);
  });

  it('is followed on as the last block grows', () => {
    const growing = block(0, `${esc}[31mred`);
    const looks = createLooks(
      () => growing,
      () => false,
    );
    expect(looks.before(growing, 0)).toEqual(plain);
    growing.starts.push(growing.used);
    expect(looks.before(growing, 1).colour).toBe(1);
  });
});

test('a look is painted with the theme’s colours, or with its own', () => {
  expect(paintOf(plain)).toEqual({ className: '', style: undefined });
  const named = { className: 'log-named log-bold', style: { '--colour': 'var(--ansi-1)' } };
  expect(paintOf({ ...plain, colour: 1, isBold: true })).toEqual(named);
  const own = { className: 'log-ground', style: { '--ground': '#010203' } };
  expect(paintOf({ ...plain, ground: '#010203' })).toEqual(own);
  expect(paintOf({ ...plain, colour: 208 }).style).toEqual({ '--colour': 'rgb(255 135 0)' });
  const inverse = paintOf({ ...plain, colour: 2, isInverse: true });
  expect(inverse.className).toBe('log-named-ground log-colour-of-ground');
  expect(lookAfter(plain, [['0']])).toEqual(plain);
});

describe('what was found', () => {
  const spans = spansOf(`ab${esc}[31mcd${esc}[0mef`, plain).spans;

  it('is marked across pieces', () => {
    const marked = markSpans(spans, hitsIn('abcdef', /bcd|f/i));
    expect(marked.map(({ text, isHit }) => [text, isHit])).toEqual([
      ['a', false],
      ['b', true],
      ['cd', true],
      ['e', false],
      ['f', true],
    ]);
    expect(marked.map(({ text }) => text).join('')).toBe('abcdef');
  });

  it('is never nothing, and not without end', () => {
    expect(hitsIn('aaa', /x*/)).toEqual([]);
    expect(hitsIn('a'.repeat(10_000), /a/)).toHaveLength(500);
  });
});

test('a long line is cut, and says how much more there is', () => {
  const { spans, more } = cutSpans(spansOf(`ab${esc}[31mcd😀`, plain).spans, 5);
  expect([spans.map(({ text }) => text), more]).toEqual([['ab', 'cd'], 2]);
  expect(cutSpans(spans, 100).more).toBe(0);
});
