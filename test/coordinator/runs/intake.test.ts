import { afterEach, beforeEach, expect, test } from 'vitest';
import { listDeliveries } from '#coordinator/store/deliveries.ts';
import { takeRole } from '#coordinator/store/roles.ts';
import { limits } from '#shared/limits.ts';
import { openLab, rival } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
beforeEach(async () => {
  lab = await openLab();
  forge = openForgeLab(lab);
});
afterEach(() => forge.close());

const repository = 'acme/rocket';
const delivery = async () => (await listDeliveries(lab.store.read, 1, null))[0];

/** A newer head of which the deliveries do not tell whether it is newer: GitHub has to be asked. */
async function deliverUnclear() {
  forge.github.push({ repository, branch: 'fix', commits: [{ sha: forge.commit(2, { on: 1 }) }] });
  const { events } = forge.github.openPull({ repository, title: 'Fix', branch: 'fix' });
  await forge.deliver(...events);
  const pushed = forge.github.push({
    repository,
    branch: 'fix',
    commits: [{ sha: forge.commit(3, { on: 2 }) }],
  });
  const [event] = structuredClone(pushed.slice(1));
  const opened = events[0]?.payload.pull_request as { updated_at: string } | undefined;
  if (!event || !opened) throw new Error('a push to a pull request sends two events');
  const { pull_request: pull } = event.payload as { pull_request: { updated_at: string } };
  pull.updated_at = opened.updated_at;
  await forge.deliver({ ...event, payload: { ...event.payload, before: 'c'.repeat(40) } });
}

test('a coordinator that is not the brain any more closes no delivery: the next one may know the repository', async () => {
  await lab.store.write(tx => takeRole(tx, 'brain', rival, Number.MAX_SAFE_INTEGER, 1));
  const star = { repository, event: 'star', payload: { action: 'created' } };
  await expect(forge.deliver(star)).rejects.toMatchObject({ code: 'not-the-brain' });
  expect(await delivery()).toMatchObject({ event: 'star', verdict: null });
});

test('of a burst some are acted on while they are stored, the others by the loop, and none is lost', async () => {
  const count = limits.deliveriesAtOnce * 3;
  const pushes = Array.from({ length: count }, (_, n) =>
    forge.github.push({
      repository,
      branch: 'main',
      commits: [{ sha: forge.commit(n + 2, { on: 1 }) }],
    }),
  ).flat();
  const wakes = (await forge.take(...pushes)).flat();
  expect(new Set(wakes.map(({ type }) => type))).toEqual(new Set(['preparation', 'intake']));
  await forge.handle();
  const verdicts = (await listDeliveries(lab.store.read, 99, null)).map(({ verdict }) => verdict);
  expect(verdicts).toEqual(Array(count).fill('acted-on'));
  expect(forge.errors).toEqual([]);
});

test('a ping says that GitHub reaches the coordinator', async () => {
  const events = forge.github.ping({ repository });
  expect(await forge.deliver(...events)).toEqual([['acted-on', 'GitHub reaches this coordinator']]);
});

test('an event that nothing is done about is listed with the reason', async () => {
  const star = { repository, event: 'star', payload: { action: 'created' } };
  expect(await forge.deliver(star)).toEqual([['not-acted-on', 'Paddock does not act on star events.']]);
});

test('a payload of a form that nobody foresaw is listed with what is wrong in it', async () => {
  const [[verdict, note]] = (await forge.deliver({ repository, event: 'push', payload: { ref: 7 } })) as [
    [string, string],
  ];
  expect(verdict).toBe('malformed');
  expect(note).toMatch(/^ref: /);
});

test('a delivery that could not be handled is tried again, later each time, and given up visibly', async () => {
  await deliverUnclear();
  const pauses: number[] = [];
  for (let tries = 1; tries < limits.deliveryTries; tries++) {
    expect(await delivery()).toMatchObject({ verdict: null, tries, note: 'GitHub does not answer' });
    const pauseMs = await forge.handle();
    pauses.push(pauseMs ?? 0);
    lab.pass((pauseMs ?? 0) - 1);
    await forge.handle();
    expect(await delivery()).toMatchObject({ tries });
    lab.pass(1);
    await forge.handle();
  }
  expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128].map(seconds => seconds * 1_000));
  const note = 'given up after 8 tries: GitHub does not answer; redeliver it on GitHub';
  expect(await delivery()).toMatchObject({ verdict: 'failed', note });
  expect(await forge.handle()).toBe(null);
});

test('a delivery that waits keeps no other from being handled', async () => {
  await deliverUnclear();
  const events = forge.github.push({
    repository,
    branch: 'main',
    commits: [{ sha: forge.commit(9, { on: 1 }) }],
  });
  expect(await forge.deliver(...events)).toEqual([['acted-on', '1 commit landed on main']]);
});

test('nothing is done with a delivery once another coordinator is the brain', async () => {
  const events = forge.github.push({
    repository,
    branch: 'main',
    commits: [{ sha: forge.commit(9, { on: 1 }) }],
  });
  await lab.loseRole();
  await expect(forge.deliver(...events)).rejects.toMatchObject({ code: 'not-the-brain' });
  expect(await delivery()).toMatchObject({ verdict: null, tries: 0, note: null });
  expect(await forge.runs()).toEqual([]);
});
