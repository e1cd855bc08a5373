import { closeSync, openSync } from 'node:fs';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createTerminal, type Output } from '#coordinator/cli/output/terminal.ts';

/** A stream that fails at its first write, as the system would. */
const failing = (code: string): Output =>
  new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`write ${code}`), { code })),
  });

const open = (changes: Partial<Output> = {}): Output & { text(): string } => {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return Object.assign(stream, changes, { text: () => chunks.join('') });
};

test('a reader that has gone is no error, and nothing more is written to it', async () => {
  const terminal = createTerminal(failing('EPIPE'), open(), {});
  terminal.line('one');
  await new Promise(resolve => setImmediate(resolve));
  expect(terminal.isUnread.aborted).toBe(true);
  await terminal.write('two');
  await terminal.flush();
});

test('a full disk is an error of the answer', async () => {
  const terminal = createTerminal(failing('ENOSPC'), open(), {});
  terminal.line('one');
  await new Promise(resolve => setImmediate(resolve));
  await expect(terminal.flush()).rejects.toMatchObject({ code: 'output', message: /ENOSPC/ });
});

test('notes that nobody reads stop nothing', async () => {
  const terminal = createTerminal(open(), failing('EPIPE'), {});
  terminal.note('one');
  await new Promise(resolve => setImmediate(resolve));
  terminal.note('two');
});

test.each<[string, Partial<Output>, NodeJS.ProcessEnv, boolean]>([
  ['on a terminal', { isTTY: true }, {}, true],
  ['elsewhere', {}, {}, false],
  ['with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
  ['with an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, true],
  ['on a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
])('colours %s', (_, stream, env, isColoured) => {
  const { colors } = createTerminal(open(stream), open(), env);
  expect(colors.red('x') !== 'x').toBe(isColoured);
});

test('a sentence takes as many lines as a terminal needs for it, and one anywhere else', () => {
  const sentence = 'No coordinator runs here, so one is started for this run.';
  const [screen, file] = [open({ isTTY: true, columns: 40 }), open()];
  createTerminal(open(), screen, { NO_COLOR: '1' }).say(sentence);
  createTerminal(open(), file, {}).say(sentence);
  expect(screen.text()).toBe('No coordinator runs here, so one is\nstarted for this run.\n');
  expect(file.text()).toBe(`${sentence}\n`);
});

test('the width is the terminal’s, 80 when it does not say, and endless where there is none', () => {
  expect(createTerminal(open({ isTTY: true, columns: 132 }), open(), {}).columns).toBe(132);
  expect(createTerminal(open({ isTTY: true, columns: 0 }), open(), {}).columns).toBe(80);
  expect(createTerminal(open(), open(), {}).columns).toBe(Number.POSITIVE_INFINITY);
});

test('nothing is drawn and wiped where the answer may come out on the same screen', async () => {
  const screen = open({ isTTY: true });
  const file = openSync('/dev/null', 'w');
  const mayDraw = (stdout: Output) => createTerminal(stdout, screen, {}).mayDraw;
  expect(mayDraw(open({ isTTY: true }))).toBe(true);
  expect(mayDraw(open({ fd: file }))).toBe(true);
  expect(mayDraw(open())).toBe(false);
  expect(createTerminal(screen, open(), {}).mayDraw).toBe(false);
  closeSync(file);
});
