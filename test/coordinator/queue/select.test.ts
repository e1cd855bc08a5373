import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, mayRun, select } from '#coordinator/queue/select.ts';
import { anyScene, candidate, host, machine, machines, shares } from './candidate-samples.ts';

/** The jobs in the order in which they get the only machine, one after the other running on. */
const order = (queue: Candidate[], taken = shares()) =>
  select(queue, machines(queue.length), taken).map(({ job }) => job);

describe('the order of the queue', () => {
  test('is the class before anything else', () => {
    const queue = [
      candidate('landed', { class: 3, queuedAt: 1 }),
      candidate('by hand', { class: 1, queuedAt: 9 }),
      candidate('pull request', { class: 2, queuedAt: 5 }),
    ];
    expect(order(queue, shares({ rocket: 9 }))).toEqual(['by hand', 'pull request', 'landed']);
  });

  test('gives the next machine to the repository that has the fewest, then to the change', () => {
    const queue = ['a1', 'a2', 'a3', 'b1'].map((id, n) =>
      candidate(id, { changeKey: id.slice(0, 1), queuedAt: n }),
    );
    const other = candidate('c1', { repositoryId: 'glider' as Candidate['repositoryId'], queuedAt: 99 });
    expect(order([...queue, other])).toEqual(['a1', 'c1', 'b1', 'a2', 'a3']);
  });

  test('counts what runs already, of other classes and images too', () => {
    const queue = [
      candidate('old', { changeKey: 'a', queuedAt: 1 }),
      candidate('young', { changeKey: 'b', queuedAt: 2 }),
    ];
    expect(order(queue, shares({ rocket: 2 }, { a: 2 }))).toEqual(['young', 'old']);
  });

  test('is the age where all else is the same, and the id where even that is', () => {
    const queue = [
      candidate('j3', { queuedAt: 5 }),
      candidate('j2', { queuedAt: 1 }),
      candidate('j1', { queuedAt: 5 }),
    ];
    expect(order(queue)).toEqual(['j2', 'j1', 'j3']);
  });

  test('does not depend on the order in which candidates and machines are found', () => {
    const shuffled = anyScene.chain(({ queue, ready, taken }) =>
      fc.record({
        taken: fc.constant(taken),
        once: fc.constant({ queue, ready: ready.map((one, since) => ({ ...one, since })) }),
        again: fc.shuffledSubarray(queue, { minLength: queue.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ once: { queue, ready }, again, taken }) => {
        const all = shares(taken.repositories, taken.changes);
        expect(select(again, ready.toReversed(), all)).toEqual(select(queue, ready, all));
      }),
    );
  });
});

describe('the machine', () => {
  test('is the one that has been ready the longest', () => {
    const ready = [machine('young', { since: 9 }), machine('old', { since: 1 })];
    expect(select([candidate('j')], ready, shares())).toEqual([{ job: 'j', machine: 'old' }]);
  });

  test('is on another host than the one that lost the last attempt, where there is a choice', () => {
    const job = candidate('j', { avoid: host('bad') });
    const [bad, good] = [machine('m1', { hostId: host('bad'), since: 1 }), machine('m2', { since: 2 })];
    expect(select([job], [bad, good], shares())).toEqual([{ job: 'j', machine: 'm2' }]);
    expect(select([job], [bad], shares())).toEqual([{ job: 'j', machine: 'm1' }]);
  });

  test.each([
    [true, 'none', true],
    [true, 'vm', true],
    [false, 'vm', true],
    [false, 'user', true],
    [false, 'none', false],
  ] as const)('may run a job (trusted: %s) with isolation %s: %s', (isTrusted, isolation, may) => {
    expect(mayRun({ image: 'linux', isTrusted }, { image: 'linux', isolation })).toBe(may);
    expect(mayRun({ image: 'netbsd', isTrusted }, { image: 'linux', isolation })).toBe(false);
  });

  test('is not held back by a job that it cannot run', () => {
    const queue = [
      candidate('stranger', { isTrusted: false, queuedAt: 1 }),
      candidate('own', { queuedAt: 2 }),
    ];
    const ready = [machine('m', { isolation: 'none' })];
    expect(select(queue, ready, shares())).toEqual([{ job: 'own', machine: 'm' }]);
  });
});

describe('whatever waits and is ready', () => {
  const holds = (check: (scene: Scene) => void) =>
    fc.assert(
      fc.property(anyScene, ({ queue, ready, taken }) => {
        const all = shares(taken.repositories, taken.changes);
        const chosen = select(queue, ready, all).map(({ job, machine: id }) => ({
          job: queue.find(each => each.id === job) as Candidate,
          machine: ready.find(each => each.id === id) as Scene['ready'][number],
        }));
        check({ queue, ready, chosen });
      }),
    );
  type Scene = {
    queue: Candidate[];
    ready: ReturnType<typeof machine>[];
    chosen: { job: Candidate; machine: ReturnType<typeof machine> }[];
  };

  test('untrusted code never gets a machine that isolates nothing', () => {
    holds(({ chosen }) => {
      for (const {
        job,
        machine: { isolation },
      } of chosen)
        expect(job.isTrusted || isolation !== 'none').toBe(true);
    });
  });

  test('a job gets one machine, a machine one job, and both of the same image', () => {
    holds(({ chosen }) => {
      expect(new Set(chosen.map(({ job }) => job.id)).size).toBe(chosen.length);
      expect(new Set(chosen.map(each => each.machine.id)).size).toBe(chosen.length);
      for (const each of chosen) expect(each.machine.image).toBe(each.job.image);
    });
  });

  test('no machine is left that some job left could run', () => {
    holds(({ queue, ready, chosen }) => {
      const isLeft = (id: string) =>
        !chosen.some(({ job, machine: { id: other } }) => job.id === id || other === id);
      const pairs = queue
        .filter(({ id }) => isLeft(id))
        .flatMap(job => ready.filter(({ id }) => isLeft(id)).map(free => mayRun(job, free)));
      expect(pairs).not.toContain(true);
    });
  });

  test('nobody of a later class goes before one that could have had the machine', () => {
    holds(({ queue, chosen }) => {
      const waiting = queue.filter(({ id }) => !chosen.some(({ job }) => job.id === id));
      for (const { job, machine: given } of chosen)
        for (const other of waiting) if (other.class < job.class) expect(mayRun(other, given)).toBe(false);
    });
  });
});
