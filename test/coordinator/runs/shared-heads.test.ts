/** One run per commit: it is of whichever pull requests have the commit as their head, not of the one that came first. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { commitOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
beforeEach(async () => {
  lab = await openLab();
  forge = openForgeLab(lab);
});
afterEach(() => forge.close());

const repository = 'acme/rocket';
const first = { repository, number: 1 };
const second = { repository, number: 2 };
const push = (n: number, { branch = 'fix', on = 1 } = {}) =>
  forge.github.push({ repository, branch, commits: [{ sha: forge.commit(n, { on }) }] });
const open = (branch = 'fix') =>
  forge.github.openPull({ repository, title: `From ${branch}`, branch }).events;

/** #1 was closed at commit 2, and #2 is open there. */
async function openAnew(): Promise<void> {
  push(2);
  await forge.deliver(...open());
  await forge.prepare();
  await forge.deliver(...forge.github.closePull(first), ...open());
  expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
}

/** #1 and #2 are open at commit 2. */
async function openBoth(): Promise<void> {
  push(2);
  await forge.deliver(...open());
  push(2, { branch: 'same' });
  await forge.deliver(...open('same'));
  await forge.prepare();
}

test('a newer head ends what a pull request has taken up of one that was closed', async () => {
  await openAnew();
  await forge.deliver(...push(3, { on: 2 }));
  expect(await forge.runs()).toEqual(['change 2 planned: default superseded', 'change 3 preparing']);
});

test('a close ends what a pull request has taken up of one that was closed', async () => {
  await openAnew();
  await forge.deliver(...forge.github.closePull(second));
  expect(await forge.runs()).toEqual(['change 2 planned: default cancelled']);
});

test('what two pull requests were at ends when the second of them leaves it', async () => {
  await openBoth();
  await forge.deliver(...push(3, { on: 2 }));
  expect(await forge.runs()).toEqual(['change 2 planned: default queued', 'change 3 preparing']);
  await forge.deliver(...push(4, { branch: 'same', on: 2 }));
  expect(await forge.runs()).toContain('change 2 planned: default superseded');
});

test('what two pull requests were at ends when the second of them is closed', async () => {
  await openBoth();
  await forge.deliver(...forge.github.closePull(first));
  expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
  await forge.deliver(...forge.github.closePull(second));
  expect(await forge.runs()).toEqual(['change 2 planned: default cancelled']);
});

test('a comment cancels what a pull request has taken up of one that was closed', async () => {
  await openAnew();
  forge.asked.isAnswering = true;
  await forge.deliver(...forge.github.comment({ ...second, by: 'acme', body: '/paddock cancel' }));
  expect(await forge.runs()).toEqual(['change 2 planned: default cancelled']);
});

test('the head that was merged is tested to its end, and those before it are not', async () => {
  push(2);
  await forge.deliver(...open());
  await forge.prepare();
  // Nobody hears of this.
  push(3, { on: 2 });
  await forge.deliver(...forge.github.mergePull({ ...first, mergeSha: forge.commit(90, { on: 3 }) }));
  expect(await forge.runs()).toEqual(['change 2 planned: default superseded', 'landed 90 preparing']);
});

test('nobody approves any more what a fork has offered twice and has landed', async () => {
  const [fork, head] = ['kim/rocket', commitOf(1)];
  const cloneUrl = `https://github.example.org/${fork}.git`;
  forge.github.createRepository({ fullName: fork, cloneUrl, head, forkOf: repository });
  const offer = () => forge.github.openPull({ repository, from: fork, title: 'Offer', branch: 'fix' }).events;
  forge.github.push({ repository: fork, branch: 'fix', commits: [{ sha: forge.commit(2, { on: 1 }) }] });
  await forge.deliver(...offer());
  await forge.prepare();
  await forge.deliver(...forge.github.closePull(first), ...offer());
  expect(await forge.runs()).toEqual(['change 2 planned: default blocked(approval)']);
  await forge.deliver(...forge.github.mergePull({ ...second, mergeSha: forge.commit(90, { on: 2 }) }));
  expect(await forge.runs()).toEqual(['change 2 planned: default cancelled', 'landed 90 preparing']);
});
