/** Deliveries come late, twice, and in any order; what is true at the end does not depend on it. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findChange } from '#coordinator/store/changes.ts';
import { findRepositoryByName } from '#coordinator/store/repositories.ts';
import { listRuns } from '#coordinator/store/runs.ts';
import { openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { addHost, addMachine, commitOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
const start = async (
  commits: 'supersede' | 'every-commit' = 'supersede',
  pace: () => number = () => 1_000,
  isAtOnce = () => true,
) => {
  lab = await openLab();
  forge = openForgeLab(lab, { commits, pace, isAtOnce });
};
beforeEach(() => start());
afterEach(() => forge.close());

const repository = 'acme/rocket';
const pull = { repository, number: 1 };
type Events = Parameters<ForgeLab['deliver']>;

const push = (n: number, on: number): Events =>
  forge.github.push({ repository, branch: 'fix', commits: [{ sha: forge.commit(n, { on }) }] });
function open(): Events {
  push(2, 1);
  return forge.github.openPull({ repository, title: 'Fix', branch: 'fix' }).events;
}

describe('the same delivery again', () => {
  test('changes nothing, whatever has become of the run meanwhile', async () => {
    const opened = open();
    await forge.deliver(...opened, ...opened);
    await forge.prepare();
    await forge.deliver(...opened);
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
    await addMachine(lab, await addHost(lab));
    await lab.schedule();
    await forge.deliver(...opened);
    expect(await forge.runs()).toEqual(['change 2 planned: default leased']);
  });

  test('does not start what somebody has cancelled by hand', async () => {
    const opened = open();
    await forge.deliver(...opened);
    await forge.prepare();
    const [run] = await listRuns(lab.store.read, {
      max: 1,
      before: null,
      repository: null,
      sight: null,
    });
    const cancel = {
      type: 'cancel-requested',
      at: lab.clock.now,
      reason: 'cancelled',
      message: 'by hand',
    } as const;
    if (run) await lab.store.write(tx => lab.runs.apply(tx, run.id, cancel));
    await forge.deliver(...opened);
    expect(await forge.runs()).toEqual(['change 2 planned: default cancelled']);
  });

  test('of an opening does not revive what was closed since', async () => {
    const opened = open();
    await forge.deliver(...opened);
    await forge.prepare();
    await forge.deliver(...forge.github.closePull(pull));
    await forge.deliver(...opened);
    expect(await forge.runs()).toEqual(['change 2 planned: default cancelled']);
    await forge.deliver(...forge.github.reopenPull(pull));
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
  });

  test('of an opening does not revive what was closed within the same second', async () => {
    await forge.close();
    await start('supersede', () => 0);
    const opened = open();
    await forge.deliver(...opened);
    await forge.prepare();
    forge.heads.set(1, commitOf(2));
    forge.closed.add(1);
    await forge.deliver(...forge.github.closePull(pull));
    expect(await forge.deliver(...opened)).toEqual([['acted-on', '#1 was open, and is closed now']]);
    expect(await forge.runs()).toEqual(['change 2 planned: default cancelled']);
  });

  test('of a close does not undo the merge that followed within the same second', async () => {
    await forge.close();
    await start('supersede', () => 0);
    await forge.deliver(...open());
    const closed = forge.github.closePull(pull);
    forge.github.reopenPull(pull);
    forge.closed.add(1);
    await forge.deliver(...forge.github.mergePull({ ...pull, mergeSha: forge.commit(90, { on: 1 }) }));
    expect(await forge.deliver(...closed)).toEqual([['acted-on', '#1 was closed, and is merged now']]);
  });

  test('of a close does not end what was reopened since', async () => {
    await forge.deliver(...open());
    await forge.prepare();
    const closed = forge.github.closePull(pull);
    await forge.deliver(...closed, ...forge.github.reopenPull(pull));
    expect(await forge.deliver(...closed)).toEqual([['acted-on', '#1 was closed, and is open now']]);
    expect(await forge.runs()).toEqual(['change 2 planned: default queued']);
  });
});

describe('an older head that arrives after a newer one', () => {
  test('is not tested, and does not count as the newest', async () => {
    const [opened, second, third] = [open(), push(3, 2), push(4, 3)];
    await forge.deliver(...opened, ...third);
    const [, late] = await forge.deliver(...second);
    expect(late).toEqual(['acted-on', '0000000 is older than the head already known']);
    await forge.deliver(...opened);
    expect(await forge.runs()).toEqual(['change 2 dropped', 'change 4 preparing']);
  });

  test('is tested all the same where every commit is, and outdates nobody', async () => {
    await forge.close();
    await start('every-commit');
    const opened = open();
    // The branch was forced: the history of the last head does not have the one before it.
    const forced = push(3, 1);
    const [second, third] = [forced, push(4, 1)];
    await forge.deliver(...opened, ...third);
    await forge.deliver(...second);
    await forge.prepare();
    expect((await forge.runs()).toSorted()).toEqual([
      'change 2 planned: default queued',
      'change 3 planned: default queued',
      'change 4 planned: default queued',
    ]);
  });
});

describe('where the deliveries do not tell which head is newer', () => {
  /** Two pushes within one second of GitHub’s clock, of which nothing says how they are linked. */
  const pushBoth = (): [Events, Events] => {
    const [one, other] = [push(3, 1), push(4, 1)];
    const at = (events: Events): Events =>
      events.map(event => {
        const payload = structuredClone(event.payload) as {
          pull_request?: { updated_at: string };
          before: string;
        };
        if (payload.pull_request) payload.pull_request.updated_at = new Date(lab.clock.now).toISOString();
        return { ...event, payload: { ...payload, before: commitOf(99) } };
      });
    return [at(one), at(other)];
  };

  test.each([
    ['the first', 3],
    ['the second', 4],
  ])('GitHub is asked, and it is %s', async (_, head) => {
    await forge.deliver(...open());
    const [one, other] = pushBoth();
    forge.heads.set(1, commitOf(head));
    await forge.deliver(...one, ...other);
    const runs = (await forge.runs()).filter(text => !text.includes('dropped'));
    expect(runs).toEqual([`change ${head} preparing`]);
  });

  test('nothing is cancelled while GitHub does not answer, and the delivery is handled later', async () => {
    await forge.deliver(...open());
    const [one, other] = pushBoth();
    await forge.deliver(...one);
    const answers = await forge.deliver(...other);
    expect(answers.at(-1)).toEqual([null, 'GitHub does not answer']);
    expect(await forge.runs()).toContain('change 3 preparing');
    forge.heads.set(1, commitOf(4));
    lab.pass(2_000);
    await forge.handle();
    expect(await forge.runs()).toEqual(['change 2 dropped', 'change 3 dropped', 'change 4 preparing']);
  });
});

test('the end is the same in whatever order the deliveries come, and however often', async () => {
  await forge.close();
  const ordered = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
  const again = fc.array(fc.nat(5), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(ordered, again, async (order, repeats) => {
      await start();
      try {
        const { closePull, reopenPull } = forge.github;
        const story = [open(), push(3, 2), push(4, 3), closePull(pull), reopenPull(pull), push(5, 4)];
        for (const index of [...order, ...repeats]) await forge.deliver(...(story[index] ?? []));
        await forge.prepare();
        const running = (await forge.runs()).filter(text => text.endsWith('queued'));
        expect(running).toEqual(['change 5 planned: default queued']);
      } finally {
        await forge.close();
      }
    }),
    { numRuns: 12 },
  );
  await start();
});

describe('one life of a pull request', () => {
  type Deed = 'push' | 'force' | 'close' | 'reopen' | 'draft' | 'ready' | 'label' | 'merge';
  const deeds: Deed[] = ['push', 'push', 'force', 'close', 'reopen', 'draft', 'ready', 'label', 'merge'];

  /** Does on GitHub what can be done at that point, and answers what GitHub says of each deed. */
  function live(wishes: readonly Deed[]): Events[] {
    const { closePull, reopenPull, convertToDraft, markReady, labelPull, mergePull } = forge.github;
    const told = [open()];
    forge.heads.set(1, commitOf(2));
    let [head, isOpen, isMerged] = [2, true, false];
    const next = (on: number) => {
      head += 1;
      return push(head, on);
    };
    const acts: Record<Deed, () => Events | null> = {
      push: () => (isMerged ? null : next(head)),
      force: () => (isMerged ? null : next(1)),
      close: () => (isOpen ? closePull(pull) : null),
      reopen: () => (isOpen || isMerged ? null : reopenPull(pull)),
      draft: () => (isOpen ? convertToDraft(pull) : null),
      ready: () => (isOpen ? markReady(pull) : null),
      label: () => labelPull({ ...pull, label: 'nice' }),
      merge: () => (isOpen ? mergePull({ ...pull, mergeSha: forge.commit(90, { on: 1 }) }) : null),
    };
    for (const deed of wishes) {
      const events = acts[deed]();
      if (!events) continue;
      told.push(events);
      if (deed === 'close' || deed === 'merge') isOpen = false;
      if (deed === 'reopen') isOpen = true;
      if (deed === 'merge') isMerged = true;
      forge.heads.set(1, commitOf(head));
      if (isOpen) forge.closed.delete(1);
      else forge.closed.add(1);
    }
    return told;
  }

  /** What is true in the end: the pull request itself, and what runs for it or for what it has landed. */
  async function end(): Promise<object> {
    await forge.prepare();
    const repositoryRow = await findRepositoryByName(lab.store.read, repository);
    const change = repositoryRow && (await findChange(lab.store.read, repositoryRow.id, 1));
    const queued = (await forge.runs()).filter(text => text.endsWith('queued')).toSorted();
    // A head that was merged before anybody heard of it needs no test: what has landed is tested.
    const runs = queued.filter(text => change?.state !== 'merged' || text.startsWith('landed'));
    return { state: change?.state, head: change?.headSha, runs };
  }

  test('ends as it would have if every delivery had come once and in time', async () => {
    await forge.close();
    const wishes = fc.array(fc.constantFrom(...deeds), { minLength: 1, maxLength: 8 });
    const chance = fc.infiniteStream(fc.nat(1_000_000));
    // Much happens within one second, which is all that the time of an event tells.
    const paces = fc.array(fc.constantFrom(0, 0, 1_000), { minLength: 20, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(wishes, chance, paces, async (deeds, numbers, paces) => {
        const draw = () => numbers.next().value ?? 0;
        const ends: object[] = [];
        for (const isInOrder of [true, false]) {
          let done = 0;
          const pace = () => paces[done++ % paces.length] ?? 0;
          await start('supersede', pace, () => draw() % 2 === 0);
          try {
            const events = live(deeds).flat();
            const again = events.filter(() => draw() % 3 === 0);
            const order = [...events, ...again].map(event => ({ event, place: draw() }));
            const late = order.toSorted((a, b) => a.place - b.place).map(({ event }) => event);
            await forge.deliver(...(isInOrder ? events : late));
            ends.push(await end());
          } finally {
            await forge.close();
          }
        }
        expect(ends[1]).toEqual(ends[0]);
      }),
      { numRuns: 20 },
    );
    await start();
  }, 60_000);
});
