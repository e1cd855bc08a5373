/** The buttons of a check, "Re-run" and "Re-run all checks": from the press to what GitHub shows. */
import { afterEach, describe, expect, test } from 'vitest';
import { buttonsOf } from '#coordinator/runs/check-buttons.ts';
import { listAudit } from '#coordinator/store/audit.ts';
import { listDeliveries } from '#coordinator/store/deliveries.ts';
import { type GithubLab, openGithubLab, repository } from '../support/github-lab.ts';

let lab: GithubLab;

const andClose = async () => {
  expect(lab.fake.violations).toEqual([]);
  expect(lab.errors).toEqual([]);
  await lab.close();
};

const fork = 'bo/rocket';

/** `mia` may write; the pull request of `bo` waits for an approval. */
async function openFork(): Promise<string> {
  lab = await openGithubLab({ isApp: true, isIsolated: true });
  const head = lab.github.branches(repository).get('main') ?? '';
  const cloneUrl = `https://github.example.org/${fork}.git`;
  lab.github.createRepository({ fullName: fork, cloneUrl, head, forkOf: repository });
  lab.github.addPerson({ repository, login: 'mia', association: 'COLLABORATOR', permission: 'write' });
  const sha = push(10, fork);
  await lab.deliver(
    ...lab.github.openPull({ repository, from: fork, title: 'Fix', branch: 'fix', author: 'bo' }).events,
  );
  await lab.settle();
  return sha;
}

/** The same, pushed to the repository itself, and it fails. */
async function openFailed(): Promise<string> {
  lab = await openGithubLab({ isApp: true });
  lab.github.addPerson({ repository, login: 'mia', association: 'COLLABORATOR', permission: 'write' });
  const sha = push(10, repository);
  await lab.deliver(...lab.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events);
  await lab.settle();
  await end('failed');
  return sha;
}

function push(n: number, where: string): string {
  const sha = lab.commit(n, { on: 1 });
  lab.github.push({ repository: where, branch: 'fix', commits: [{ sha }] });
  return sha;
}

async function end(outcome: 'passed' | 'failed'): Promise<void> {
  await lab.lease();
  await lab.finish(() => outcome);
  await lab.settle();
}

const checkOf = (sha: string) => {
  const check = lab.github.checksOf(repository, sha).at(-1);
  if (!check) throw new Error(`there is no check on ${sha}`);
  return check;
};
const shown = (sha: string): string => {
  const { state, output } = checkOf(sha);
  return `${state.status === 'completed' ? state.conclusion : state.status}: ${output.title}`;
};
const labels = (sha: string): string[] => checkOf(sha).actions.map(({ label }) => label);
const comments = (): string[] =>
  lab.github.commentsOf(repository, 1).map(({ body }) => body.replace(/<!--.*?-->/gs, '').trim());

/** @returns what became of the press. */
async function press(sha: string, button: string, by: string): Promise<string | null | undefined> {
  await lab.deliver(...lab.github.pressButton({ repository, check: checkOf(sha).id, button, by }));
  await lab.settle();
  return (await listDeliveries(lab.store.read, 1, null))[0]?.note;
}

const eventsOf = async (type: string) => {
  const rows = await lab.store.read.selectFrom('event').select('data').where('type', '=', type).execute();
  return rows.map(({ data }) => JSON.parse(data));
};

describe('"Approve"', () => {
  afterEach(andClose);

  test('lets that commit run, and the run says who pressed it', async () => {
    const sha = await openFork();
    expect(shown(sha)).toBe(`action_required: waiting for a maintainer to approve ${sha.slice(0, 7)}`);
    expect(labels(sha)).toEqual(['Approve']);
    expect(await press(sha, 'approve', 'mia')).toBe(`mia pressed "Approve": ${sha.slice(0, 7)} is approved`);
    expect(shown(sha)).toBe('queued: 0 of 1 job done');
    expect(labels(sha)).toEqual([]);
    expect(await eventsOf('run.approved')).toEqual([{ commit: sha, by: { way: 'button', login: 'mia' } }]);
    expect(await listAudit(lab.store.read, {}, { before: null, max: 9 })).toMatchObject([
      { act: 'run.approve', way: 'github', actor: { kind: 'github', name: 'mia' }, repository },
    ]);
    expect(comments()).toEqual([]);
  });

  test('of a commit that was overtaken is refused where whoever pressed it sees that', async () => {
    const stale = await openFork();
    const sha = lab.commit(11, { on: 10 });
    await lab.deliver(...lab.github.push({ repository: fork, branch: 'fix', commits: [{ sha }] }));
    await lab.settle();
    expect(await press(stale, 'approve', 'mia')).toContain('which was refused');
    const [was, is] = [stale.slice(0, 7), sha.slice(0, 7)];
    expect(comments()).toEqual([
      `@mia “Approve” was not done: pull request #1 is at ${is} now, so ${was} was not approved; what is approved has to be its head.`,
    ]);
    expect(await eventsOf('run.approved')).toEqual([]);
    expect(shown(sha)).toMatch(/^action_required/);
  });

  test('of a stranger does nothing but leave a trace in the run', async () => {
    const sha = await openFork();
    for (const by of ['bo', 'mallory'])
      expect(await press(sha, 'approve', by)).toContain('it takes somebody who may write');
    expect(shown(sha)).toContain('action_required');
    expect(comments()).toEqual([]);
    expect((await eventsOf('run.button-refused')).map(({ by, button }) => [by, button])).toEqual([
      ['bo', 'approve'],
      ['mallory', 'approve'],
    ]);
  });

  test('twice approves once, and a press that is told again says nothing new', async () => {
    const sha = await openFork();
    const events = lab.github.pressButton({
      repository,
      check: checkOf(sha).id,
      button: 'approve',
      by: 'mia',
    });
    await lab.deliver(...events, ...events);
    await lab.settle();
    await lab.deliver(...lab.github.closePull({ repository, number: 1 }));
    await lab.settle();
    await lab.deliver(...events);
    await lab.settle();
    expect(await eventsOf('run.approved')).toHaveLength(1);
    expect(await eventsOf('run.button-refused')).toEqual([]);
    expect(comments()).toEqual([]);
  });

  test('waits while GitHub does not say who may write', async () => {
    const sha = await openFork();
    const events = lab.github.pressButton({
      repository,
      check: checkOf(sha).id,
      button: 'approve',
      by: 'mia',
    });
    await lab.fake.goDown();
    await lab.deliver(...events);
    expect(await eventsOf('run.approved')).toEqual([]);
    await lab.fake.comeBack();
    await lab.settle();
    expect(await eventsOf('run.approved')).toHaveLength(1);
  });
});

describe('"Retry failed"', () => {
  afterEach(andClose);

  test('runs again what did not pass', async () => {
    const sha = await openFailed();
    expect(labels(sha)).toEqual(['Retry failed']);
    expect(await press(sha, 'retry', 'mia')).toBe(
      `mia pressed "Retry failed": ${sha.slice(0, 7)} runs again`,
    );
    expect(shown(sha)).toMatch(/^in_progress/);
    await end('passed');
    expect(shown(sha)).toBe('success: 1 job passed');
    expect(labels(sha)).toEqual([]);
  });

  test('after all has passed, and of a stranger, runs nothing', async () => {
    const sha = await openFailed();
    expect(await press(sha, 'retry', 'mallory')).toContain('which was refused');
    expect(shown(sha)).toMatch(/^failure/);
    await press(sha, 'retry', 'mia');
    await end('passed');
    expect(await press(sha, 'retry', 'mia')).toContain('there is nothing to run again');
    expect(comments()).toEqual([]);
  });
});

describe('on GitHub', () => {
  afterEach(andClose);

  test('"Re-run" of one check runs its run again, "Re-run all checks" every run of the commit', async () => {
    const sha = await openFailed();
    await lab.deliver(...lab.github.requestRerun({ repository, branch: 'fix', name: 'Paddock', by: 'mia' }));
    await lab.settle();
    expect(shown(sha)).toMatch(/^in_progress/);
    await end('failed');
    await lab.deliver(...lab.github.requestSuiteRerun({ repository, branch: 'fix', by: 'mia' }));
    await lab.settle();
    expect(shown(sha)).toMatch(/^in_progress/);
    await end('passed');
    expect(shown(sha)).toBe('success: 1 job passed');
  });

  test('a button that there is not, and a check that is none of ours, are not acted on', async () => {
    const sha = await openFailed();
    expect(await press(sha, 'deploy', 'mia')).toBe('that is no button of a check of Paddock’s');
    const events = lab.github.pressButton({ repository, check: checkOf(sha).id, button: 'retry', by: 'mia' });
    const [event] = events;
    Object.assign(Object(event?.payload.check_run), { external_id: 'run_somebody-elses' });
    await lab.deliver(...events);
    expect((await listDeliveries(lab.store.read, 1, null))[0]?.note).toBe(
      'that is no check of a run of Paddock’s',
    );
    expect(shown(sha)).toMatch(/^failure/);
  });
});

test('no button is longer than GitHub takes, and there are never more than three', () => {
  for (const conclusion of ['action_required', 'failure', 'timed_out', 'cancelled', 'success', 'neutral']) {
    const buttons = buttonsOf({ status: 'completed', conclusion }, { commit: 'a'.repeat(64), jobs: [{}] });
    expect(buttons.length).toBeLessThanOrEqual(3);
    for (const { identifier, label, description } of buttons) {
      expect(Math.max(identifier.length, label.length)).toBeLessThanOrEqual(20);
      expect(description.length).toBeLessThanOrEqual(40);
    }
  }
});

test('what a person has to mend first cannot be tried again by a button', () => {
  const run = { commit: 'a'.repeat(40), jobs: [] };
  expect(buttonsOf({ status: 'completed', conclusion: 'failure' }, run)).toEqual([]);
  expect(buttonsOf({ status: 'completed', conclusion: 'cancelled' }, { ...run, jobs: [{}] })).toEqual([]);
});
