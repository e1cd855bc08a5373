import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOutboxShell, type Reply, runUntilRest } from './outbox-shell.ts';

const minute = 60_000;

const writes = fc.array(
  fc.record({ context: fc.constantFrom('a', 'b', 'c'), pauseMs: fc.integer({ min: 0, max: 30_000 }) }),
  { minLength: 1, maxLength: 25 },
);
const replies = fc.array(fc.constantFrom<Reply>('ok', 'lost-answer', 'broken', 'forbidden', 'limited'), {
  maxLength: 40,
});

test('after any mix of failures GitHub shows the last word of every context', () => {
  fc.assert(
    fc.property(writes, replies, (written, replied) => {
      const left = [...replied];
      const shell = createOutboxShell(() => left.shift() ?? 'ok');
      let now = 0;
      for (const { context, pauseMs } of written) {
        runUntilRest(shell, now, now + pauseMs);
        now += pauseMs;
        shell.write(context, now);
      }
      runUntilRest(shell, now);
      expect(shell.shown).toEqual(shell.written);
    }),
  );
});

test('within one plan no context is posted twice, and no older status after a newer one', () => {
  fc.assert(
    fc.property(writes, replies, (written, replied) => {
      const left = [...replied];
      const shell = createOutboxShell(() => left.shift() ?? 'ok');
      for (const { context } of written) shell.write(context, 0);
      runUntilRest(shell, 0);
      for (const context of ['a', 'b', 'c']) {
        const ids = shell.sent.filter(sent => sent.context === context).map(({ id }) => Number(id));
        expect(ids).toEqual(ids.toSorted((x, y) => x - y));
      }
    }),
  );
});

test('500 statuses that waited through an outage of two hours arrive within a minute of its end', () => {
  const end = 120 * minute;
  const shell = createOutboxShell((_, now) => (now < end ? 'broken' : 'ok'));
  for (let index = 0; index < 500; index++) shell.write(`context-${index}`, 0);
  expect(runUntilRest(shell, 0)).toBeLessThan(end + minute);
  expect(shell.sent.filter(({ at }) => at < end).length).toBeLessThan(250);
  expect(shell.shown).toEqual(shell.written);
});

test('one status that makes GitHub stumble keeps 100 others waiting for less than a minute', () => {
  const shell = createOutboxShell(({ key }) => (key === 'bad' ? 'broken' : 'ok'));
  shell.write('bad', 0);
  for (let index = 0; index < 100; index++) shell.write(`good-${index}`, 0);
  runUntilRest(shell, 0, minute);
  expect(shell.shown.size).toBe(100);
});
