import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '#shared/limits.ts';
import { titleFrom } from '#shared/title.ts';

const esc = '\u001b';

test.each([
  ['a message with a body', 'Mend it\n\nbecause it broke', 'Mend it'],
  ['a first paragraph of two lines', 'Mend it\nand that', 'Mend it'],
  ['empty lines first', '\n\n \t\n  Mend  it ', 'Mend it'],
  ['other ends of lines', 'Mend it\rand that', 'Mend it'],
  ['a line separator', 'Mend it\u2028and that', 'Mend it'],
  ['nothing', ' \n\n', ''],
  ['colours', `${esc}[31mMend${esc}[0m it`, 'Mend it'],
  ['a title for the terminal', `${esc}]0;gotcha\u0007Mend it`, 'Mend it'],
  ['a NUL', 'Mend\u0000 it', 'Mend it'],
  ['text that turns around', 'user\u202e\u2066// check\u2069 \u200fok', 'user// check ok'],
  ['a picture of several characters', 'Fly 👩‍🚀', 'Fly 👩‍🚀'],
  ['half of the last character', `${'x'.repeat(limits.titleChars - 1)}🚀`, 'x'.repeat(limits.titleChars - 1)],
])('of %s, the title is one harmless line', (_, text, title) => expect(titleFrom(text)).toBe(title));

test('whatever was written, a title has a bound, moves nothing, and is its own title', () => {
  const piece = fc.oneof(
    fc.constantFrom(esc, '[2J', '\u202e', '\u2069', '\n', '\r', '\u0000', ' ', '\u009b'),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(piece), pieces => {
      const title = titleFrom(pieces.join(''));
      expect(title.length).toBeLessThanOrEqual(limits.titleChars);
      expect(title).not.toMatch(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
      expect(titleFrom(title)).toBe(title);
    }),
  );
});
