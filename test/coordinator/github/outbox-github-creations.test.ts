import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForgeClient } from '#coordinator/github/forge-client.ts';
import { type Outbox, startOutbox } from '#coordinator/github/outbox.ts';
import { addWrite, findLastWrite, listUnsentWrites, type Saying } from '#coordinator/store/forge-writes.ts';
import { checkName } from '#shared/forge-status.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { until } from '#test/support/until.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import { fullName, shaOf } from './small-github.ts';

const run = `run_${'0'.repeat(26)}`;
const subjects = {
  check: { repository: fullName, subject: shaOf(1), context: run },
  comment: { repository: fullName, subject: '1', context: 'approval' },
  reaction: { repository: fullName, subject: '', context: 'eyes' },
};

type Made = Exclude<Saying, { kind: 'status' }>;

let fake: FakeGithub;
let lab: Lab;
let outbox: Outbox;
let warnings: string[];
/** What a check shows cannot be worked out. */
let isBroken = false;

async function begin(token: string): Promise<void> {
  [fake, lab, warnings] = [await startFakeGithub({ token }), await openLab(), []];
  const { github } = fake;
  github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/x', head: shaOf(0) });
  github.push({ repository: fullName, branch: 'fix', commits: [{ sha: shaOf(1) }] });
  github.openPull({ repository: fullName, title: 'Fix', branch: 'fix' });
  outbox = open();
}

async function end(): Promise<void> {
  await outbox.close();
  await lab.close();
  await fake.close();
}

beforeEach(() => begin('ghs_ofAnInstallation'));
afterEach(end);

const open = () =>
  startOutbox({
    store: lab.store,
    role: lab.role,
    client: createForgeClient({ baseUrl: fake.baseUrl, token: fake.token }),
    describeCheck: async ({ context: run, payload: { title, ...state } }) => {
      if (isBroken) throw new Error('the disk is gone');
      return {
        name: checkName,
        detailsUrl: `https://ci.example.org/runs/${run}`,
        state,
        startedAt: null,
        completedAt: null,
        output: { title, summary: title, text: null },
        annotations: [],
        actions: [],
      };
    },
    now: lab.now,
    random: () => 0.5,
    report: {
      warn: (_, message) => void warnings.push(message),
      error: (_, message) => void warnings.push(message),
    },
  });

const write = async (saying: Made, more = {}) => {
  const key = { ...subjects[saying.kind], ...more };
  await lab.store.write(tx => addWrite(tx, { ...key, ...saying, priority: 1 }, lab.clock.now));
  outbox.wake();
};
const allSent = () =>
  until('everything has left', async () => (await listUnsentWrites(lab.store.read, 9)).length === 0);
const checks = () => fake.github.checksOf(fullName, shaOf(1));
const comments = () => fake.github.commentsOf(fullName, 1);
const methods = () => fake.requests.map(({ method, status }) => `${method} ${status}`);

const queued: Made = { kind: 'check', payload: { status: 'queued', title: '2 jobs queued' } };
const passed: Made = {
  kind: 'check',
  payload: { status: 'completed', conclusion: 'success', title: '2 passed' },
};
const comment = (body: string): Made => ({ kind: 'comment', payload: { body } });

test('a check is made by the first write and changed by those after it', async () => {
  await write(queued);
  await allSent();
  expect(checks()).toMatchObject([{ name: 'Paddock', externalId: run, state: { status: 'queued' } }]);
  await write(passed);
  await allSent();
  expect(checks()).toMatchObject([
    { state: { status: 'completed', conclusion: 'success' }, output: { title: '2 passed' } },
  ]);
  expect(methods()).toEqual(['POST 201', 'PATCH 200']);
  expect(fake.violations).toEqual([]);
});

test('a comment is made once and edited in place', async () => {
  await write(comment('first'));
  await allSent();
  await write(comment('second'));
  await allSent();
  expect(comments().map(({ body }) => body)).toEqual(['second\n\n<!-- paddock:approval -->']);
  expect(methods()).toEqual(['POST 201', 'PATCH 200']);
  expect(fake.violations).toEqual([]);
});

/** GitHub has made it, and the coordinator ends before it knows. */
async function dieAfterPosting(saying: Made): Promise<void> {
  fake.inject({ type: 'lost-answer' });
  await write(saying);
  await until('the answer is lost', () => warnings.length > 0);
  await outbox.close();
  outbox = open();
  lab.clock.now += 60_000;
}

test('a check that was made before its coordinator died is found again, not made twice', async () => {
  await dieAfterPosting(queued);
  await write(passed);
  await allSent();
  expect(checks()).toMatchObject([{ state: { status: 'completed' }, writes: 2 }]);
});

test('a comment that was made before its coordinator died is found again, not made twice', async () => {
  await end();
  await begin('token-of-a-person');
  await dieAfterPosting(comment('first'));
  outbox.wake();
  await allSent();
  expect(comments()).toHaveLength(1);
});

test('what GitHub refused to make is made by the next try', async () => {
  fake.inject({ type: 'forbidden' });
  await write(queued);
  await until('it is refused', () => warnings.length > 0);
  lab.clock.now += 60_000;
  outbox.wake();
  await allSent();
  expect(checks()).toHaveLength(1);
  expect(methods()).toEqual(['POST 403', 'GET 200', 'POST 201']);
});

test('checks of two runs of one commit are two', async () => {
  await write(queued);
  await write(queued, { context: `run_${'0'.repeat(25)}1` });
  await allSent();
  expect(checks()).toHaveLength(2);
});

test('a comment that somebody deleted stays deleted, and it is said', async () => {
  await write(comment('first'));
  await allSent();
  fake.github.deleteComment(fullName, comments()[0]?.id ?? 0);
  await write(comment('second'));
  await until('it is given up', async () => {
    const last = await findLastWrite(lab.store.read, { kind: 'comment', ...subjects.comment });
    return last?.status === 'dead';
  });
  expect(comments()).toEqual([]);
  expect(warnings).toEqual([
    'the comment approval on octo/app#1 is not there any more, so somebody has deleted it; it is not written again',
  ]);
});

test('a reaction twice is one', async () => {
  await write(comment('hello'));
  await allSent();
  const subject = String(comments()[0]?.id);
  for (let times = 0; times < 2; times++) {
    await write({ kind: 'reaction', payload: { content: 'eyes' } }, { subject });
    await allSent();
  }
  expect(comments()[0]?.reactions).toMatchObject([{ content: 'eyes' }]);
  expect(fake.violations).toEqual([]);
});

test('a check of which nobody knows what it shows waits, and holds nothing else up', async () => {
  isBroken = true;
  await write(queued);
  await write(comment('hello'));
  await until('the comment is there', () => comments().length === 1);
  await until('the check was put off', () => warnings.length > 0);
  expect(warnings[0]).toBe('what it shows could not be worked out: the disk is gone; it is tried again');
  expect(checks()).toEqual([]);
  isBroken = false;
  lab.clock.now += 60_000;
  outbox.wake();
  await allSent();
  expect(checks()).toMatchObject([{ name: 'Paddock', state: { status: 'queued' } }]);
});
