import fc from 'fast-check';
import { marked } from 'marked';
import { describe, expect, test } from 'vitest';
import { fenced, listed, plain, table } from '#coordinator/runs/check-markdown.ts';
import { withoutUnseen } from '#shared/log-text.ts';

const render = (markdown: string): string => marked.parse(markdown, { async: false, gfm: true });

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
/** What a reader sees of HTML in which there is no tag. */
const seen = (html: string): string =>
  html.replace(/&(?:#(\d+)|(\w+));/g, (_, code, name) =>
    code ? String.fromCodePoint(Number(code)) : (entities[name] ?? `&${name};`),
  );

describe('text of a stranger', () => {
  test.each([
    ['a mention and a number', '@octocat closes #12', '&#64;&#8203;octocat closes &#35;&#8203;12'],
    [
      'mark-up',
      '**bold** [x](http://evil) `c` <b> a|b',
      '&#42;&#42;bold&#42;&#42; &#91;x&#93;(http&#58;&#8203;//evil) &#96;c&#96; &#60;b&#62; a&#124;b',
    ],
    ['an address without its scheme', 'www.example.org', 'www&#46;&#8203;example.org'],
    ['an entity', '&#64;octocat', '&#38;&#35;&#8203;64;octocat'],
    ['text that turns its neighbours', 'a\u202eb\u2066c\u0000d', 'abcd'],
    ['several lines', 'one\n# two', 'one &#35;&#8203; two'],
  ])('is only letters: %s', (_, text, expected) => {
    expect(plain(text)).toBe(expected);
  });

  const strange = fc.array(
    fc.constantFrom(
      ...'\\`*_{}[]()<>#|~@&!$:/.+-=\'" \t\n0aw',
      'http://',
      'www.',
      '&#64;',
      '<b>',
      '</td>',
      '```',
      '- ',
    ),
    { maxLength: 40 },
  );

  test('is shown in a heading, a table and a list as it stands, whatever it is', () => {
    fc.assert(
      fc.property(strange, parts => {
        const text = parts.join('');
        const expected = withoutUnseen(text.replace(/\s+/g, ' ')).trim();
        const places: [string, RegExp][] = [
          [`### x ${plain(text)} y`, /^<h3>x (.*) y<\/h3>\n$/],
          [`- x **a${plain(text)}b** y`, /^<ul>\n<li>x <strong>a(.*)b<\/strong> y<\/li>\n<\/ul>\n$/],
          [
            table(['x'], [[`x ${plain(text)} y`]]),
            /<tbody><tr>\n<td>x (.*) y<\/td>\n<\/tr>\n<\/tbody><\/table>\n$/,
          ],
          [
            `[x${plain(text)}y](https://ci.example.org)`,
            /^<p><a href="https:\/\/ci\.example\.org">x(.*)y<\/a><\/p>\n$/,
          ],
        ];
        for (const [markdown, frame] of places) {
          const [, inner] = frame.exec(render(markdown)) ?? [];
          expect(inner, markdown).not.toMatch(/[<>]/);
          expect(seen(inner ?? 'nothing').replaceAll('\u200b', ''), markdown).toBe(expected);
          // GitHub would make a mention, a reference or a link of what it finds in the text itself.
          expect(seen(inner ?? '')).not.toMatch(/@\w|#\d|:\/\/|www\.\w/);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('in a block stays in it, in a list too', () => {
    fc.assert(
      fc.property(strange, parts => {
        const text = `x${parts.join('')}`;
        const block = fenced(text, { lines: 99, chars: 9_999 });
        for (const markdown of [block, `- a\n\n${listed(block)}`]) {
          const [, inner] =
            /<pre><code class="language-text">(.*)<\/code><\/pre>/s.exec(render(markdown)) ?? [];
          expect(inner, markdown).not.toMatch(/[<>]/);
          expect(render(markdown).match(/<pre>/g), markdown).toHaveLength(1);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
