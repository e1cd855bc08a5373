/** GitHub does not answer for an hour, while jobs run, end and are pushed over. */
import { expect, test } from 'vitest';
import { until } from '#test/support/until.ts';
import { openGithubLab, repository } from '../support/github-lab.ts';
import { commitOf } from '../support/rows.ts';
import { mismatches } from './storm/truth.ts';

const minute = 60_000;
const pulls = 20;
const file = `version: 1\nsuites: { ${['unit', 'lint', 'docs'].map(suite => `${suite}: { steps: [make ${suite}] }`)} }\n`;

test('after an outage of an hour all statuses are right, at a call a minute and one post for each', async ({
  task,
}) => {
  const lab = await openGithubLab();
  const { github, fake } = lab;
  const push = (n: number, branch: string) =>
    github.push({ repository, branch, commits: [{ sha: lab.commit(n, { on: 1, file }) }] });
  for (let n = 1; n <= pulls; n++) {
    push(10 + n, `fix-${n}`);
    await lab.deliver(...github.openPull({ repository, title: `Fix ${n}`, branch: `fix-${n}` }).events);
  }
  await lab.settle();
  const before = { posts: fake.statuses().length, calls: fake.requests.length };

  fake.inject({ type: 'broken', status: 503 }, 100_000);
  await lab.lease();
  await lab.finish((_, n) => (n % 4 === 0 ? 'failed' : 'passed'));
  // Half of the webhooks of these pushes are lost as well.
  for (let n = 1; n <= pulls; n += 2) {
    const events = push(50 + n, `fix-${n}`);
    if (n % 4 === 1) await lab.deliver(...events);
  }
  for (let passed = 0; passed < 60; passed += 2) {
    const seen = fake.requests.length;
    lab.pass(2 * minute);
    let looks = 0;
    await until(
      'GitHub was tried',
      () => {
        // A try of before that failed only now has put off the next one.
        if (++looks % 50 === 0) lab.pass(minute);
        return fake.requests.length > seen;
      },
      { timeoutMs: 60_000 },
    );
  }
  const during = { posts: fake.statuses().length, calls: fake.requests.length };
  fake.heal();
  await lab.settle();
  await lab.settle();

  const after = fake.requests.slice(during.calls).filter(({ method }) => method === 'POST').length;
  const problems = await mismatches(lab, { branches: ['main'], first: commitOf(1), isSuperseding: true });
  const calls = during.calls - before.calls;
  task.meta.closingLine =
    `github: an outage of an hour with ${pulls} pull requests of 3 suites and 10 pushes: ${calls} calls while it lasted, ` +
    `${after} statuses written afterwards, ${lab.repairs()} repairs, ${problems.length} wrong`;
  expect(problems).toEqual([]);
  expect(during.posts).toBe(before.posts);
  // 60 verdicts, 30 of new heads; nobody hears what each said in between.
  expect(after).toBeLessThanOrEqual(100);
  expect(calls).toBeLessThan(200);
  expect(fake.violations).toEqual([]);
  await lab.close();
}, 240_000);
