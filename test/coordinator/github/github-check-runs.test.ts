/** One check run for each run of ours, from the delivery to what GitHub shows. */
import { afterEach, expect, test } from 'vitest';
import { type GithubLab, openGithubLab, repository } from '../support/github-lab.ts';

let lab: GithubLab;
afterEach(() => lab.close());

async function openPull(file?: string): Promise<string> {
  const head = lab.commit(10, { on: 1, ...(file === undefined ? {} : { file }) });
  lab.github.push({ repository, branch: 'fix', commits: [{ sha: head }] });
  await lab.deliver(...lab.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events);
  await lab.settle();
  return head;
}

const checks = (sha: string) =>
  lab.github.checksOf(repository, sha).map(({ name, state, output }) => ({
    name,
    state: state.status === 'completed' ? state.conclusion : state.status,
    title: output.title,
  }));

test('an App shows one check, which follows its run to the end', async () => {
  lab = await openGithubLab({ isApp: true });
  const head = await openPull();
  expect(checks(head)).toEqual([{ name: 'Paddock', state: 'queued', title: '0 of 1 job done' }]);
  await lab.lease();
  await lab.finish(() => 'failed');
  await lab.settle();
  const [check] = lab.github.checksOf(repository, head);
  expect(checks(head)).toEqual([
    { name: 'Paddock', state: 'failure', title: expect.stringContaining('make check exited with 2') },
  ]);
  expect(check?.output.summary).toContain('### ✕ [linux](https://ci.example.org/jobs/job_');
  expect(check?.detailsUrl).toMatch(/^https:\/\/ci\.example\.org\/runs\/run_/);
  expect(lab.fake.violations).toEqual([]);
  expect(lab.errors).toEqual([]);
});

test('of a job that fails the check shows the lines that say why, and each place beside its line', async () => {
  lab = await openGithubLab({ isApp: true });
  const head = await openPull();
  await lab.lease();
  const noise = Array.from({ length: 40 }, (_, n) => `cc -c part-${n}.c\n`).join('');
  lab.prints(
    `${noise}\u001b[1msrc/parser.c:88:12: \u001b[31merror:\u001b[0m size undeclared\n   88 |   return size;\n`,
  );
  await lab.finish(() => 'failed');
  await lab.settle();
  const [check] = lab.github.checksOf(repository, head);
  expect(check?.output.summary).toMatch(
    /Lines \[39–42\]\(https:\/\/ci\.example\.org\/jobs\/job_\w+#L39-L42\) of the log of linux, step 1 of 1/,
  );
  expect(check?.output.summary).toContain(
    'src/parser.c:88:12: error: size undeclared\n   88 |   return size;\n```',
  );
  expect(check?.annotations).toEqual([
    {
      ...{ path: 'src/parser.c', startLine: 88, endLine: 88, startColumn: 12, endColumn: 12 },
      ...{ level: 'failure', title: 'linux', message: 'size undeclared' },
    },
  ]);
  expect(lab.fake.violations).toEqual([]);
  expect(lab.errors).toEqual([]);
});

test('of 500 places all requests together show the first ones, and the summary says how many more there are', async () => {
  lab = await openGithubLab({ isApp: true });
  const head = await openPull();
  await lab.lease();
  lab.prints(Array.from({ length: 500 }, (_, n) => `a.c:${n + 1}:1: error: e${n}\n`).join(''));
  await lab.finish(() => 'failed');
  await lab.settle();
  const [check] = lab.github.checksOf(repository, head);
  expect(check?.annotations.map(({ startLine }) => startLine)).toEqual(
    Array.from({ length: 200 }, (_, n) => n + 1),
  );
  expect(check?.output.summary).toContain('there are 300 more');
  expect(lab.fake.violations).toEqual([]);
});

test('a run that is repeated on GitHub opens its check again', async () => {
  lab = await openGithubLab({ isApp: true });
  const head = await openPull();
  await lab.lease();
  await lab.finish(() => 'failed');
  await lab.settle();
  await lab.deliver(...lab.github.requestRerun({ repository, branch: 'fix', name: 'Paddock' }));
  await lab.settle();
  expect(checks(head).map(({ state }) => state)).toEqual(['in_progress']);
  await lab.lease();
  await lab.finish(() => 'passed');
  await lab.settle();
  expect(checks(head)).toEqual([{ name: 'Paddock', state: 'success', title: '1 job passed' }]);
});

test('a suite file with a mistake is a failed check that says where', async () => {
  lab = await openGithubLab({ isApp: true });
  const head = await openPull('version: 1\nsuites: { unit: { stepz: [a] } }\n');
  expect(checks(head)).toEqual([
    { name: 'Paddock', state: 'failure', title: expect.stringContaining('.paddock.yml:2') },
  ]);
});

test('with a token there are statuses and no check', async () => {
  lab = await openGithubLab();
  const head = await openPull();
  expect(checks(head)).toEqual([]);
  expect(lab.shown(head)).toHaveLength(1);
});
