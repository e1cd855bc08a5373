/** What `npm run pages-check` prints: headers and cookies of every page as they are meant to be, and nothing that axe has against one. */
import { expect, test } from 'vitest';
import { answerOf } from '#test/pages-check/answer.ts';
import { lookAtPages } from '#test/pages-check/look-at-pages.ts';
import { tableOf } from '#test/pages-check/print.ts';
import { useBrowser } from '#test/support/browser.ts';
import { expectTranscript } from '#test/support/transcript.ts';

const open = useBrowser();

test('every page has the headers, and every cookie the flags, that stand in the transcript; axe is content', async () => {
  const browser = (await open('about:blank')).context().browser();
  if (!browser) throw new Error('there is no browser');
  const { answers, unseen } = await lookAtPages(browser);
  expect(unseen).toEqual([]);
  expect(answers.flatMap(({ name, violations }) => (violations ?? []).map(text => [name, text]))).toEqual([]);
  await expectTranscript('pages-check', tableOf(answers, unseen));
}, 180_000);

test('what is wrong stands in the table, and below it in words', () => {
  const facts = { name: 'people', route: '/people', status: 200, violations: ['label: input: has none'] };
  const cookie = 'paddock-0a1b2c3d=secret; Path=/';
  const lines = tableOf([answerOf(facts, { 'set-cookie': cookie, 'referrer-policy': 'origin' })], ['/new']);
  expect(lines[1]).toMatch(/^people {2}\/people {2}200 {2}– {4}– {8}origin {4}– .* A {8}1$/);
  expect(lines).toContain('Set-Cookie A: paddock-…=…; Path=/');
  expect(lines).toContain('people: label: input: has none');
  expect(lines).toContain('/new: nobody has looked at it');
  expect(lines.at(-1)).toBe('1 answer, 1 of them pages; axe has 1 complaint.');
});
