import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { countInterrupts } from '#coordinator/cli/interrupts.ts';

test('each Ctrl-C, or other wish to end, counts one further', () => {
  const source = new EventEmitter();
  const { first, second, third } = countInterrupts(source);
  const aborted = () => [first, second, third].map(signal => signal.aborted);
  source.emit('SIGINT');
  expect(aborted()).toEqual([true, false, false]);
  source.emit('SIGTERM');
  expect(aborted()).toEqual([true, true, false]);
  source.emit('SIGINT');
  source.emit('SIGINT');
  expect(aborted()).toEqual([true, true, true]);
});

test('afterwards signals are nobody’s', () => {
  const source = new EventEmitter();
  countInterrupts(source).close();
  expect(source.eventNames()).toEqual([]);
});
