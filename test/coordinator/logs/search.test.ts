import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScanner } from '#coordinator/logs/scan-lines.ts';
import { limits } from '#shared/limits.ts';
import { patternOf, plainLine } from '#shared/log-text.ts';
import { first, markOf, type Owner, send, sendAll, startOwner } from './owner.ts';

const query = (text: string, isRegex = false) => ({ text, isRegex, isCaseSensitive: false });
const never = new AbortController().signal;

/** Lines of all kinds: plain, coloured, drawn over, not ended, no UTF-8. */
const content = fc
  .array(
    fc.constantFrom(
      'a\n',
      'xay\n',
      '\n',
      '\x1b[31ma\x1b[0m\n',
      'no',
      'a\rb\n',
      'b\ra\r\n',
      'é\n',
      '\x1b[',
      'a',
    ),
  )
  .map(parts => Buffer.concat([Buffer.from(parts.join('')), Buffer.from([0xff])]));

describe('a search', () => {
  let owner: Owner;
  beforeEach(async () => {
    owner = await startOwner();
  });
  afterEach(() => owner.stop());
  const search = (text: string, { isRegex = false, from = 0, max = 10, signal = never } = {}) =>
    owner.logs.search(first, { query: query(text, isRegex), first: from, max }, signal);

  it('finds the lines in which a person would see the text', async () => {
    await sendAll(owner.logs, 1, Buffer.from('one\n\x1b[31mTw\x1b[0mo\n10%\rtwo\ntwo\rdone\nno two more'));
    expect(await search('two')).toEqual({
      matches: 3,
      lines: [1, 2, 4],
      scanned: 5,
      isComplete: true,
      cut: 0,
    });
    expect(await search('^two$', { isRegex: true })).toMatchObject({ matches: 2, lines: [1, 2] });
  });

  it('begins at any line, names as many as are asked for, and counts all', async () => {
    await sendAll(owner.logs, 1, Buffer.from('x\ny\n'.repeat(1_000)));
    expect(await search('x', { from: 999, max: 3 })).toMatchObject({
      matches: 500,
      lines: [1_000, 1_002, 1_004],
      scanned: 2_000,
    });
    expect(await search('x', { from: 5_000 })).toMatchObject({
      matches: 0,
      scanned: 2_000,
      isComplete: true,
    });
  });

  it('of a log without bytes finds nothing', async () => {
    expect(await search('x')).toMatchObject({ matches: 0, lines: [], isComplete: true });
  });

  it('looks at the beginning of a line without end, and says so', async () => {
    const long = Buffer.from(`${'z'.repeat(3_000_000)}x\nx`);
    await sendAll(owner.logs, 1, long);
    expect(await search('x')).toMatchObject({ matches: 1, lines: [1], cut: 1, isComplete: true });
  });

  it('with a pattern that takes for ever ends all the same, and harms nobody else', {
    timeout: 60_000,
  }, async () => {
    await sendAll(owner.logs, 1, Buffer.from(`fine\n${'a'.repeat(40)}!\n`));
    const forever = search('^(a+)+$', { isRegex: true });
    expect(await search('fine')).toMatchObject({ matches: 1, isComplete: true });
    expect(await forever).toMatchObject({ matches: 0, isComplete: false });
    expect(await search('fine')).toMatchObject({ matches: 1, isComplete: true });
  });

  it('is ended with its asker, and with the coordinator', async () => {
    await sendAll(owner.logs, 1, Buffer.from(`${'a'.repeat(40)}!\n`));
    const gone = new AbortController();
    const searches = Array.from({ length: 3 }, () =>
      search('^(a+)+$', { isRegex: true, signal: gone.signal }),
    );
    gone.abort();
    for (const each of await Promise.all(searches)) expect(each.isComplete).toBe(false);
    const last = search('^(a+)+$', { isRegex: true });
    await owner.logs.close();
    expect((await last).isComplete).toBe(false);
  });

  it('waits for its turn, and is refused where too many wait', async () => {
    await sendAll(owner.logs, 1, Buffer.from('x\n'));
    const most = limits.logSearchesAtOnce + limits.logSearchesWaiting;
    const all = await Promise.allSettled(Array.from({ length: most + 1 }, () => search('x')));
    const refused = all.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: { code: 'too-many-searches' } }]);
  });
});

describe('a scan', () => {
  it('finds the same however the bytes are cut', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(content, cuts, (bytes, sizes) => {
        const scan = createScanner({ query: query('a'), first: 0, max: 100 });
        const lines: number[] = [];
        let at = 0;
        for (const size of sizes) {
          lines.push(...scan(bytes.subarray(at, at + size), false).lines);
          at += size;
        }
        const last = scan(bytes.subarray(at), true);
        const all = bytes.toString('utf8').split('\n');
        const expected = all.flatMap((line, n) => (patternOf(query('a')).test(plainLine(line)) ? [n] : []));
        expect([...lines, ...last.lines]).toEqual(expected);
        expect(last).toMatchObject({ matches: expected.length, scanned: all.length });
      }),
    );
  });

  it('takes a piece of nothing but line ends', () => {
    const scan = createScanner({ query: query('a'), first: 0, max: 100 });
    expect(scan(Buffer.alloc(1_000_000, '\n'), true)).toMatchObject({ matches: 0, scanned: 1_000_000 });
  });
});

describe('places', () => {
  it('are lines and the bytes before them in their line, wherever a block ends', async () => {
    const owner = await startOwner();
    try {
      const bytes = Buffer.from(`one\ntwo\n${'x'.repeat(limits.logSealFrameBytes + 10)}\nlast`);
      await sendAll(owner.logs, 1, bytes);
      const long = 8 + limits.logSealFrameBytes + 10;
      expect(
        await owner.logs.places(first, [long + 3, 0, 2, 4, long, bytes.length, 8 + limits.logSealFrameBytes]),
      ).toEqual([
        { line: 3, column: 2 },
        { line: 0, column: 0 },
        { line: 0, column: 2 },
        { line: 1, column: 0 },
        { line: 2, column: limits.logSealFrameBytes + 10 },
        { line: 3, column: 4 },
        { line: 2, column: limits.logSealFrameBytes },
      ]);
      expect(await owner.logs.places(first, [])).toEqual([]);
      await send(owner.logs, 1, bytes.length, Buffer.from('\n'), { marks: [markOf(0, bytes.length)] });
      expect((await owner.logs.facts(first)).marks).toHaveLength(1);
    } finally {
      await owner.stop();
    }
  });
});
