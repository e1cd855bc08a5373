import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCommands } from '#coordinator/runs/read-commands.ts';
import { limits } from '#shared/limits.ts';

/** As `approve 3f2c1ab`, one after the other. */
const read = (body: string) =>
  readCommands(body).commands.map(({ name, words }) => [name, ...words].join(' '));

describe('a comment says', () => {
  test.each<[string, string, string[]]>([
    ['a command', '/paddock test', ['test']],
    ['one in other letters', '/Paddock TEST', ['test']],
    ['one with a commit', '/paddock approve 3f2c1ab', ['approve 3f2c1ab']],
    ['one with too much behind it', '/paddock retry this please', ['retry this please']],
    ['one with spaces and tabs', '/paddock \t approve \t 3f2c1ab  ', ['approve 3f2c1ab']],
    ['nothing but the name', '/paddock', ['']],
    ['the name and spaces', '/paddock   ', ['']],
    ['one between other lines', 'Looks good.\n\n/paddock approve\n\nThanks', ['approve']],
    ['several, in their order', '/paddock approve\n/paddock test', ['approve', 'test']],
    ['one in lines of Windows', 'a\r\n/paddock test\r\nb', ['test']],
    ['one after a block of code', '```\ncode\n```\n/paddock test', ['test']],
    [
      'one after a block that holds shorter marks',
      '````\n```\n/paddock cancel\n````\n/paddock test',
      ['test'],
    ],
    ['one after a comment of HTML', '<!-- hidden -->\n/paddock test', ['test']],
    ['one after preformatted text', '<pre>\n/paddock cancel\n</pre>\n/paddock test', ['test']],
    ['one after code within a line', '```/paddock cancel```\n/paddock test', ['test']],
    ['one that nobody knows', '/paddock frobnicate', ['frobnicate']],
  ])('%s', (_, body, expected) => expect(read(body)).toEqual(expected));
});

describe('nothing is said by', () => {
  test.each([
    ['an empty comment', ''],
    ['a quotation', '> /paddock approve'],
    ['a quotation without a space', '>/paddock approve'],
    ['a block of code', '```\n/paddock approve\n```'],
    ['a block of code with a language', '```sh\n/paddock approve\n```'],
    ['a block of code in tildes', '~~~\n/paddock approve\n~~~'],
    ['a block of code that never ends', '```\n/paddock approve'],
    ['a block that other marks do not end', '```\n~~~\n/paddock approve\n```'],
    ['a block that marks with words do not end', '```\n``` no\n/paddock approve\n```'],
    ['indented code', '    /paddock approve'],
    ['a line that is indented a little', ' /paddock approve'],
    ['a tab', '\t/paddock approve'],
    ['code within a line', '`/paddock approve`'],
    ['the middle of a line', 'please /paddock approve'],
    ['an item of a list', '- /paddock approve'],
    ['a longer word', '/paddocks approve'],
    ['a path', '/paddock/approve'],
    ['a hidden comment', '<!--\n/paddock approve\n-->'],
    ['a hidden comment that never ends', '<!-- \n/paddock approve'],
    ['preformatted text', '<pre>\n/paddock approve\n</pre>'],
    ['a quotation in HTML', '<BLOCKQUOTE>\n/paddock approve\n</BLOCKQUOTE>'],
    ['a space that is none', '/paddock\u00a0approve'],
    ['a letter that looks alike', '/p\u0430ddock approve'],
  ])('%s', (_, body) => expect(read(body)).toEqual([]));
});

test('of many commands the first ones are read, and it is told that there are more', () => {
  const body = Array.from({ length: 1_000 }, () => '/paddock test').join('\n');
  const { commands, isCut } = readCommands(body);
  expect([commands.length, isCut]).toEqual([limits.commandsPerComment, true]);
});

test('what stands behind the longest comment that GitHub takes is not read', () => {
  const body = `${'x'.repeat(limits.commentChars)}\n/paddock test`;
  expect(read(body)).toEqual([]);
});

test('every command that is read stood at the beginning of a line', () => {
  const part = fc.constantFrom(
    '/paddock ',
    'test',
    '\n',
    '> ',
    '```',
    '~~~',
    '<!--',
    '-->',
    ' ',
    '\t',
    'a',
    '\r',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), parts => {
      const body = parts.join('');
      const lines = body.split(/\r\n|\n|\r/).filter(line => line.startsWith('/paddock'));
      expect(readCommands(body).commands.length).toBeLessThanOrEqual(lines.length);
    }),
  );
});
