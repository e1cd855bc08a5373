import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommentCommand } from '#coordinator/runs/comment-command.ts';
import { listAudit } from '#coordinator/store/audit.ts';
import { listJobsOfRun } from '#coordinator/store/jobs.ts';
import { listRunsOfCommit } from '#coordinator/store/runs.ts';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { commitOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
afterEach(() => forge.close());

const repository = 'acme/rocket';
const merge: CommentCommand = {
  name: 'merge',
  takes: '',
  about: 'merges it once everything has passed',
  isForAuthors: false,
  isFit: words => words.length === 0,
  run: async (_, { change }) => ({ done: `#${change.number} is in the queue`, wakes: [] }),
};

/** `kim` may write, `bo` is a member and author of a fork, `mallory` is nobody with a fork. */
async function openComments(commits: 'supersede' | 'every-commit' = 'supersede') {
  lab = await openLab();
  const trust = { authors: [], teams: [], associations: ['MEMBER'], 'previously-merged': false };
  forge = openForgeLab(lab, { trust, commits, commands: [merge] });
  forge.asked.isAnswering = true;
  for (const owner of ['bo', 'mallory'])
    forge.github.createRepository({
      fullName: `${owner}/rocket`,
      cloneUrl: `https://github.example.org/${owner}/rocket.git`,
      head: commitOf(1),
      forkOf: repository,
    });
  forge.github.addPerson({ repository, login: 'kim', association: 'COLLABORATOR', permission: 'write' });
  forge.github.addPerson({ repository, login: 'bo', association: 'MEMBER', permission: 'read' });
}
beforeEach(() => openComments());

const push = (n: number, from: string, on = 1) =>
  forge.github.push({
    repository: `${from}/rocket`,
    branch: 'fix',
    commits: [{ sha: forge.commit(n, { on }) }],
    pusher: from,
  });

async function open(n: number, from: string) {
  push(n, from);
  const from_ = from === 'acme' ? {} : { from: `${from}/rocket` };
  const pull = forge.github.openPull({ repository, title: 'Fix', branch: 'fix', author: from, ...from_ });
  await forge.deliver(...pull.events);
  await forge.prepare();
}

/** Somebody writes on the first pull request. @returns what became of the delivery. */
async function say(body: string, by: string) {
  const [outcome] = await forge.deliver(...forge.github.comment({ repository, number: 1, by, body }));
  return outcome?.[1];
}

/** A fixed, unmistakable commit for each number: those of the lab differ at their end only. */
const full = (n: number) => commitOf(n);

async function settle(n: number, outcome: 'passed' | 'failed' | 'skipped') {
  const { id: repositoryId } = await lab.store.read
    .selectFrom('repository')
    .select('id')
    .where('full_name', '=', repository)
    .executeTakeFirstOrThrow();
  const [run] = await listRunsOfCommit(lab.store.read, repositoryId, commitOf(n));
  if (!run) throw new Error(`there is no run of ${n}`);
  for (const job of await listJobsOfRun(lab.store.read, run.id)) {
    const { kind, lastAttempt, retries } = job.state;
    const facts = { kind, lastAttempt: lastAttempt + 1, retries };
    const byPlan = outcome === 'skipped' ? { byPlan: 'out-of-scope' } : {};
    const state = {
      status: 'settled',
      outcome,
      message: '',
      settledAt: 1,
      attempt: null,
      ...byPlan,
      ...facts,
    };
    await lab.store.write(tx =>
      tx
        .updateTable('job')
        .set({ status: 'settled', state: JSON.stringify(state) })
        .where('id', '=', job.id)
        .execute(),
    );
  }
}

describe('who may write to the repository', () => {
  test('runs nothing that the commit was not to be tested with', async () => {
    await open(2, 'acme');
    await settle(2, 'skipped');
    for (const command of ['test', 'retry'])
      expect(await say(`/paddock ${command}`, 'kim')).toContain('there is nothing to run again');
    expect(await forge.runs()).toEqual(['change 2 planned: default skipped']);
  });

  test('approves the head of a stranger, and it is noted by whom', async () => {
    await open(2, 'mallory');
    await say('Looks fine.\n\n/paddock approve', 'kim');
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    expect(await forge.answers()).toEqual(['+1']);
    const [event] = await lab.store.read
      .selectFrom('event')
      .select('data')
      .where('type', '=', 'run.approved')
      .execute();
    expect(JSON.parse(event?.data ?? '{}')).toEqual({
      commit: commitOf(2),
      by: { way: 'comment', login: 'kim' },
    });
  });

  test('leaves an entry of the audit log for what was done, and none for what was not', async () => {
    await open(2, 'mallory');
    await say('/paddock approve', 'mallory');
    await say('/paddock approve', 'kim');
    await say('/paddock approve', 'kim');
    await say('/paddock cancel', 'kim');
    const entries = await listAudit(lab.store.read, {}, { before: null, max: 9 });
    expect(entries.reverse()).toMatchObject([
      {
        ...{ act: 'run.approve', way: 'github', repository, subject: 'acme/rocket#1' },
        actor: { kind: 'github', name: 'kim', id: expect.stringMatching(/^\d+$/) },
        after: { command: 'approve', done: '0000000 is approved' },
      },
      { act: 'change.cancel', after: { command: 'cancel' } },
    ]);
  });

  test('approves a commit by its name', async () => {
    await open(2, 'mallory');
    await say(`/paddock approve ${full(2)}`, 'kim');
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
  });

  test('runs again what failed, and only that by retry', async () => {
    await open(2, 'acme');
    await settle(2, 'failed');
    await say('/paddock retry', 'kim');
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    await settle(2, 'passed');
    expect(await say('/paddock retry', 'kim')).toContain('all of 0000000 has passed');
    await say('/paddock test', 'kim');
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    expect(await say('/paddock test', 'kim')).toContain('is waiting or under way');
  });

  test('cancels a pull request, once', async () => {
    await open(2, 'acme');
    await say('/paddock cancel', 'kim');
    expect(await forge.runs()).toEqual(['change 2 planned: default cancelled']);
    expect(await say('/paddock cancel', 'kim')).toContain('nothing of #1 is under way');
  });

  test('asks for several things, which are done in their order', async () => {
    await open(2, 'mallory');
    await say('/paddock approve\n/paddock cancel\n/paddock test', 'kim');
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    expect(await forge.answers()).toEqual(['+1']);
  });

  test('asks for what another part of Paddock has added', async () => {
    await open(2, 'acme');
    await say('/paddock merge', 'kim');
    expect(await forge.answers()).toEqual(['+1']);
  });

  test('is told what was not understood, with the word that was meant', async () => {
    await open(2, 'acme');
    await say('/paddock aprove', 'kim');
    await say('/paddock retry everything, `now`', 'kim');
    await say('/paddock approve of this', 'kim');
    await say('/paddock 💥', 'kim');
    const texts = (await forge.answers()).filter(text => text !== 'confused');
    expect(texts.map(text => text.replace(/^#1 answer-\d+: /, ''))).toEqual([
      '@kim `aprove` is no command of Paddock’s; did you mean `/paddock approve`? `/paddock help` lists them.',
      '@kim `everything? ?now?` cannot stand behind `retry`: it is written `/paddock retry`.',
      '@kim `of this` cannot stand behind `approve`: it is written `/paddock approve [commit]`.',
      '@kim `?` is no command of Paddock’s. `/paddock help` lists them.',
    ]);
  });

  test('is told when there was nothing to approve', async () => {
    await open(2, 'acme');
    expect(await say('/paddock approve', 'kim')).toContain('needs no approval');
    expect((await forge.answers())[0]).toBe('-1');
  });
});

describe('an approval that does not name a commit', () => {
  const refused =
    '`approve` was not done: #1 is at 0000000 now, and that may be newer than what you looked at';

  test('does not count for what was pushed after the comment', async () => {
    await open(2, 'mallory');
    const comment = forge.github.comment({ repository, number: 1, by: 'kim', body: '/paddock approve' });
    await forge.deliver(...push(3, 'mallory', 2));
    await forge.prepare();
    const [outcome] = await forge.deliver(...comment);
    expect(outcome?.[1]).toContain(refused);
    expect(outcome?.[1]).toContain(`\`/paddock approve ${full(3).slice(0, 7)}\``);
    expect(await forge.runs()).toEqual([
      'change 2 planned: default superseded',
      'change 3 planned: default blocked(approval)',
    ]);
  });

  test('does not count while a push is on its way here', async () => {
    await open(2, 'mallory');
    push(3, 'mallory', 2);
    expect(await say('/paddock approve', 'kim')).toContain(refused);
    expect(await forge.runs()).toEqual(['change 2 planned: default blocked(approval)']);
  });

  test('does not count within the second of a push', async () => {
    await open(2, 'mallory');
    const events = push(3, 'mallory', 2);
    const [commented] = forge.github.comment({ repository, number: 1, by: 'kim', body: '/paddock approve' });
    const updated = forge.github.pullRequest(repository, 1)?.updatedAt ?? 0;
    const payload = structuredClone(commented?.payload) as { comment: { created_at: string } };
    payload.comment.created_at = new Date(updated).toISOString();
    await forge.deliver(...events);
    await forge.prepare();
    const [outcome] = await forge.deliver({ repository, event: 'issue_comment', payload });
    expect(outcome?.[1]).toContain(refused);
  });

  test('names no commit that is no part of the pull request', async () => {
    await open(2, 'mallory');
    expect(await say(`/paddock approve ${'f'.repeat(40)}`, 'kim')).toContain(
      `no commit of #1 (it is at 0000000 now) begins with ${'f'.repeat(40)}`,
    );
  });

  test('names no outdated one', async () => {
    await open(2, 'mallory');
    await forge.deliver(...push(3, 'mallory', 2));
    await forge.prepare();
    expect(await say(`/paddock approve ${full(2)}`, 'kim')).toContain('what is approved has to be its head');
    expect(await say('/paddock approve 0000000', 'kim')).toContain('more than one commit of #1');
    expect((await forge.runs()).at(-1)).toBe('change 3 planned: default blocked(approval)');
  });
});

describe('the author of a pull request', () => {
  test('may test, retry and cancel what runs without an approval, and not approve it', async () => {
    await open(2, 'bo');
    await say('/paddock cancel', 'bo');
    expect(await forge.runs()).toEqual(['change 2 planned: default cancelled']);
    await say('/paddock retry', 'bo');
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    expect(await say('/paddock approve', 'bo')).toContain('it takes somebody who may write');
    expect(await say('/paddock merge', 'bo')).toContain('it takes somebody who may write');
  });

  test('may ask for nothing while the commit waits for an approval, and for that once it is approved', async () => {
    await open(2, 'mallory');
    expect(await say('/paddock test', 'mallory')).toContain('0000000 waits for a maintainer to approve it');
    expect(await say('/paddock approve', 'mallory')).toContain('it takes somebody who may write');
    await say('/paddock approve', 'kim');
    await settle(2, 'failed');
    await say('/paddock test', 'mallory');
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
  });
});

describe('a stranger', () => {
  test('is refused everything but help, and however often that is, there is one comment of ours', async () => {
    await open(2, 'bo');
    for (const name of ['test', 'retry', 'cancel', 'approve', 'merge', 'frobnicate'])
      await say(`/paddock ${name}`, 'mallory');
    const texts = await forge.answers();
    expect(
      texts.filter(text => text.startsWith('#1')).every(text => text.startsWith('#1 answer: @mallory ')),
    ).toBe(true);
    expect(texts.filter(text => !text.startsWith('#1'))).toEqual(['-1', '-1', '-1', '-1', '-1', 'confused']);
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
  });

  test('may have help, which is written once', async () => {
    await open(2, 'bo');
    for (const text of ['/paddock help', '/paddock', '/paddock help']) await say(text, 'mallory');
    const [help, ...others] = await forge.answers();
    expect(others).toEqual(['+1', '+1', '+1']);
    expect(help).toContain('| `/paddock approve [commit]` | lets a commit from outside run');
    expect(help).toContain('| `/paddock merge` |');
  });

  test('who is called like the author is none', async () => {
    await open(2, 'bo');
    await lab.store.write(tx => tx.updateTable('change').set({ author_id: 1 }).execute());
    expect(await say('/paddock cancel', 'bo')).toContain('it takes the author');
  });
});

describe('nothing is done', () => {
  test('for a comment without a command, and nobody is asked', async () => {
    await open(2, 'mallory');
    forge.asked.isAnswering = false;
    expect(await say('> /paddock approve\n\nShould we?', 'kim')).toBe(
      'the comment holds no command for Paddock',
    );
    expect(await forge.answers()).toEqual([]);
  });

  test('for one that was edited, or written by a bot', async () => {
    await open(2, 'mallory');
    expect(await say('/paddock approve', 'helper[bot]')).toContain('A program wrote the comment');
    const id = forge.github.commentBy({ repository, number: 1, by: 'kim', body: 'Nice' });
    const [edited] = await forge.deliver(
      ...forge.github.editComment({ repository, id, body: '/paddock approve' }),
    );
    expect(edited).toEqual(['not-acted-on', 'A comment that was edited is not read again; write a new one.']);
    expect(await forge.runs()).toEqual(['change 2 planned: default blocked(approval)']);
    expect(await forge.answers()).toEqual([]);
  });

  test('on a pull request that is closed', async () => {
    await open(2, 'mallory');
    await forge.deliver(...forge.github.closePull({ repository, number: 1 }));
    expect(await say('/paddock approve', 'kim')).toContain('#1 is closed');
    expect(await say('/paddock test', 'kim')).toContain('#1 is closed');
  });

  test('a second time when a delivery comes again', async () => {
    await open(2, 'acme');
    await settle(2, 'failed');
    const comment = forge.github.comment({ repository, number: 1, by: 'kim', body: '/paddock retry' });
    await forge.deliver(...comment);
    await settle(2, 'failed');
    const [again] = await forge.deliver(...comment);
    expect(again).toEqual(['acted-on', 'the comment was answered before']);
    expect(await forge.runs()).toEqual(['change 2 planned: default failed']);
    expect(await forge.answers()).toEqual(['+1']);
  });

  test('until GitHub says who may write, and then it is', async () => {
    await open(2, 'mallory');
    forge.asked.isAnswering = false;
    expect(await say('/paddock approve', 'kim')).toBe('GitHub does not answer');
    forge.asked.isAnswering = true;
    lab.clock.now += 60_000;
    await forge.handle();
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
  });

  test('beyond the first commands of a comment, and that is said', async () => {
    await open(2, 'acme');
    await say('/paddock help\n'.repeat(6), 'kim');
    expect((await forge.answers()).at(-1)).toContain('Only the first 5 commands of the comment were read.');
  });
});

test('under every-commit each commit is approved by its name', async () => {
  await forge.close();
  await openComments('every-commit');
  const commits = [2, 3].map(n => ({ sha: forge.commit(n, { on: n - 1 }) }));
  forge.github.push({ repository: 'mallory/rocket', branch: 'fix', commits, pusher: 'mallory' });
  const from = { repository, title: 'Two', branch: 'fix', from: 'mallory/rocket' };
  await forge.deliver(...forge.github.openPull(from).events);
  await forge.prepare();
  await say(`/paddock approve ${full(2)}`, 'kim');
  expect(await forge.runs()).toEqual([
    'change 3 planned: default blocked(approval)',
    'change 2 planned: default queued',
  ]);
});
