import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFooter } from '#coordinator/cli/output/footer.ts';
import { createTerminal, type Output } from '#coordinator/cli/output/terminal.ts';
import { limits } from '#shared/limits.ts';
import { createScreen, type Screen } from '../support/screen.ts';

let screen: Screen;
beforeEach(() => {
  vi.useFakeTimers();
  screen = createScreen(40);
});
afterEach(() => vi.useRealTimers());

const footerOf = (content: () => string[], stream: Output = screen.stream) => {
  const terminal = createTerminal(stream, stream, { NO_COLOR: '1' });
  const footer = createFooter(terminal, content);
  return { ...footer, say: (text: string) => footer.above(() => terminal.note(text)) };
};
const redraw = () => vi.advanceTimersByTime(limits.cliRedrawMs);

test('the footer stays under whatever is printed', () => {
  const { say, close } = footerOf(() => ['a', 'b']);
  say('one');
  redraw();
  expect(screen.lines()).toEqual(['one', 'a', 'b']);
  say('two');
  say('three');
  redraw();
  expect(screen.lines()).toEqual(['one', 'two', 'three', 'a', 'b']);
  close();
  expect(screen.lines()).toEqual(['one', 'two', 'three']);
});

test('it grows and shrinks with its content, and ticks by itself', () => {
  const content = ['a'];
  const { close } = footerOf(() => content);
  vi.advanceTimersByTime(1_100);
  expect(screen.lines()).toEqual(['a']);
  content.push('b', 'c');
  vi.advanceTimersByTime(1_100);
  expect(screen.lines()).toEqual(['a', 'b', 'c']);
  content.splice(0, 2);
  vi.advanceTimersByTime(1_100);
  expect(screen.lines()).toEqual(['c']);
  close();
});

test('a terminal that echoes ^C does not leave it behind', () => {
  const { say, close } = footerOf(() => ['a']);
  say('one');
  redraw();
  screen.stream.write('^C');
  say('cancelling');
  redraw();
  close();
  expect(screen.lines()).toEqual(['one', 'cancelling']);
});

test('after its end it draws nothing, so that the process may end', () => {
  const { refresh, close } = footerOf(() => ['a']);
  refresh();
  close();
  vi.advanceTimersByTime(5_000);
  expect(screen.lines()).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
