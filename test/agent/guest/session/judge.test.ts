import { expect, test } from 'vitest';
import { type Act, judge } from '#agent/guest/session/judge.ts';
import type { AttemptRef, GuestDesired } from '#shared/messages.ts';
import { attemptNumbered, specOf } from '../support/specs.ts';

const ref = (id: number): AttemptRef => ({ attempt: attemptNumbered(id), number: 1 });
const run = (id: number): GuestDesired => ({ want: 'run', spec: specOf({ id }) });
const cancel = (id: number): GuestDesired => ({
  want: 'cancel',
  ...ref(id),
  reason: 'cancelled',
  message: 'by hand',
});
const about = (want: 'settled' | 'fenced', id: number): GuestDesired => ({ want, ...ref(id) });

// Attempt 1 is running (or nothing is), attempt 2 is over, attempt 3 was never seen.
const rows: Array<[what: string, desired: GuestDesired, idle: Act['do'], busy: Act['do']]> = [
  ['idle', { want: 'idle' }, 'nothing', 'nothing'],
  ['retire', { want: 'retire' }, 'retire', 'retire'],
  ['run the one that runs', run(1), 'start', 'nothing'],
  ['run one that is over', run(2), 'nothing', 'nothing'],
  ['run another', run(3), 'start', 'discard'],
  ['cancel the one that runs', cancel(1), 'report-cancelled', 'cancel'],
  ['cancel one that is over', cancel(2), 'nothing', 'nothing'],
  ['cancel another', cancel(3), 'report-cancelled', 'nothing'],
  ['settled: the one that runs', about('settled', 1), 'nothing', 'discard'],
  ['settled: one that is over', about('settled', 2), 'nothing', 'nothing'],
  ['settled: another', about('settled', 3), 'nothing', 'nothing'],
  ['fenced: the one that runs', about('fenced', 1), 'nothing', 'discard'],
  ['fenced: one that is over', about('fenced', 2), 'nothing', 'nothing'],
  ['fenced: another', about('fenced', 3), 'nothing', 'nothing'],
];

const isOver = ({ attempt }: AttemptRef): boolean => attempt === attemptNumbered(2);

test.each(rows)('an idle machine that is told "%s" acts as in the table', (_what, desired, idle) => {
  expect(judge({ running: null, isOver }, desired).do).toBe(idle);
});

test.each(rows)('a busy machine that is told "%s" acts as in the table', (_what, desired, _idle, busy) => {
  expect(judge({ running: ref(1), isOver }, desired).do).toBe(busy);
});

test('a word about another number of the running attempt is not about it', () => {
  const running = { ...ref(1), number: 2 };
  expect(judge({ running, isOver }, cancel(1)).do).toBe('nothing');
  expect(judge({ running, isOver }, about('fenced', 1)).do).toBe('nothing');
});
