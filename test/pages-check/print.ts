/** Answers → the table that `npm run pages-check` prints. Pure. */
import { table } from '#coordinator/cli/output/table.ts';
import { type Answer, columnNames } from './answer.ts';

const width = 400;

/** Policies and cookies stand once below the table, under a letter. */
export function tableOf(answers: readonly Answer[], unseen: readonly string[]): string[] {
  const policies = lettered(answers.map(({ policy }) => policy));
  const cookies = lettered(answers.flatMap(answer => answer.cookies));
  const heads = ['answer', 'route', '', 'CSP', ...columnNames, 'cookies', 'axe'];
  const rows = answers.map(answer => [
    answer.name,
    answer.route,
    `${answer.status}`,
    policies.get(answer.policy) ?? '–',
    ...columnNames.map(name => answer.facts[name] || '–'),
    answer.cookies.map(cookie => cookies.get(cookie)).join(' ') || '–',
    answer.violations === null ? '' : `${answer.violations.length}`,
  ]);
  return [
    ...table(
      [heads, ...rows],
      heads.map(() => ({})),
      width,
    ),
    '',
    ...[...policies].map(([policy, letter]) => `Content-Security-Policy ${letter}: ${policy}`),
    ...[...cookies].map(([cookie, letter]) => `Set-Cookie ${letter}: ${cookie}`),
    '',
    ...answers.flatMap(({ name, violations }) => (violations ?? []).map(text => `${name}: ${text}`)),
    ...unseen.map(route => `${route}: nobody has looked at it`),
    summary(answers),
  ];
}

function summary(answers: readonly Answer[]): string {
  const pages = answers.filter(({ violations }) => violations !== null);
  const count = pages.reduce((sum, { violations }) => sum + (violations?.length ?? 0), 0);
  return `${plural(answers.length, 'answer')}, ${pages.length} of them pages; axe has ${plural(count, 'complaint')}.`;
}

const lettered = (texts: readonly string[]): Map<string, string> =>
  new Map([...new Set(texts.filter(Boolean))].map((text, at) => [text, String.fromCharCode(65 + at)]));

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
