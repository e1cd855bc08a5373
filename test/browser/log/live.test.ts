/** A log that is watched while it is printed, in a real browser. */
import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { useBrowser } from '#test/support/browser.ts';
import { startProxy } from '#test/support/people/proxy.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';
import {
  endOf,
  inView,
  leaseOne,
  linesOf,
  numbered,
  pageOf,
  readAll,
  scrollBy,
  showsInView,
  showsLines,
} from './log-page.ts';

const open = useBrowser();

/** With a wire that can be cut. */
const withProxy = (act: (people: People, proxy: Awaited<ReturnType<typeof startProxy>>) => Promise<void>) =>
  withPeople(async people => {
    const proxy = await startProxy(people.port);
    try {
      await act(people, proxy);
    } finally {
      await proxy.close();
    }
  });

test('a line that is printed appears without a reload, and grows', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print('printed before\n');
    const page = await open(people.url + pageOf(leased));
    await showsLines(page, ['printed before']);
    await page.evaluate('globalThis.isSamePage = true');
    await leased.print('printed ');
    await showsLines(page, ['printed before', 'printed ']);
    await leased.print('now\n');
    await showsLines(page, ['printed before', 'printed now']);
    expect(await page.evaluate('globalThis.isSamePage')).toBe(true);
    expect(page.complaints).toEqual([]);
  }));

test('before the first line the page says so', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    const page = await open(people.url + pageOf(leased));
    await until(
      'it says so',
      async () => (await page.locator('.log-empty').textContent()) === 'Nothing was printed yet.',
    );
    await leased.exit(0);
    await until(
      'it says so',
      async () => (await page.locator('.log-empty').textContent()) === 'Nothing was printed.',
    );
    expect(page.complaints).toEqual([]);
  }));

test('the end says the exit code, the size and the digest', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    const page = await open(people.url + pageOf(leased));
    await leased.stepStarts(0);
    await leased.print('one\ntwo\n');
    people.clock.now += 67_000;
    await leased.stepEnds(0, 2);
    await leased.exit(2, 'make check: exit 2');
    const digest = createHash('sha256').update('one\ntwo\n').digest('hex');
    expect(await endOf(page)).toBe(
      `exit 2 after 1:07 · verified ✓ 8 B, 2 lines · sha256 ${digest.slice(0, 12)}`,
    );
    expect(page.complaints).toEqual([]);
  }));

test('a log that ended without its proof says so', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.stepStarts(0);
    await leased.print('half of a li');
    const end = {
      reason: 'setup-failed',
      permanent: true,
      message: 'the disk of the machine broke',
    } as const;
    await leased.end(end, 'the machine was lost');
    const page = await open(people.url + pageOf(leased));
    expect(await endOf(page)).toBe(
      'not set up: the disk of the machine broke · partial, 12 B: the machine was lost',
    );
    expect(await page.locator('.log-rows .log-step-state').textContent()).toBe('cut short');
  }));

test('wherever the connection breaks, no line is lost and none is shown twice', () =>
  withProxy(async (people, proxy) => {
    const leased = await leaseOne(people);
    const page = await open(proxy.url + pageOf(leased));
    const lines = Array.from(
      { length: 400 },
      (_, n) => `line ${n} ${randomBytes(n % 50).toString('hex')} ß€😀`,
    );
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    await leased.print(bytes.subarray(0, 2_003));
    await until('the first lines are there', async () => (await linesOf(page)).length > 10);
    // Cut also in the middle of lines and of characters.
    for (let at = 2_003; at < bytes.length; at += 2_003) {
      await leased.print(bytes.subarray(at, at + 2_003));
      if (at % 5 === 0) proxy.cut();
    }
    await leased.exit(0);
    await endOf(page, 25_000);
    expect(await readAll(page, 400)).toEqual(lines);
    expect(proxy.made()).toBeGreaterThan(3);
  }));

test('while the coordinator is away the page says so, and goes on by itself', () =>
  withProxy(async (people, proxy) => {
    const leased = await leaseOne(people);
    await leased.print('one\n');
    const page = await open(proxy.url + pageOf(leased));
    await showsLines(page, ['one']);
    proxy.suspend();
    const said = page.locator('.log-said').first();
    await until('it says so', async () => (await said.textContent())?.includes('trying again in'));
    await leased.print('two\n');
    proxy.resume();
    await until('it goes on', async () => (await linesOf(page)).length === 2, { timeoutMs: 20_000 });
    await until('it says so no more', async () => (await said.textContent()) === '');
  }));

test('after a sleep, in which the connections died without a word, the page catches up', () =>
  withProxy(async (people, proxy) => {
    const leased = await leaseOne(people);
    await leased.stepStarts(0);
    await leased.print('one\n');
    const page = await open('about:blank');
    await page.clock.install({ time: people.clock.now });
    await page.goto(proxy.url + pageOf(leased));
    await showsLines(page, ['one']);
    proxy.silence();
    await leased.print('two\n');
    await leased.stepEnds(0, 2);
    await leased.exit(2, './configure: exit 2', 0);
    expect(await linesOf(page)).toEqual(['one']);
    await page.clock.fastForward('08:00:00');
    await showsLines(page, ['one', 'two']);
    await endOf(page);
    await until('the head is right', async () =>
      (await page.locator('.head .badge').innerText()).includes('failed'),
    );
    expect(page.complaints).toEqual([]);
  }));

test('the end stays in view until the reader goes up, and again when they come back', () =>
  withPeople(async people => {
    const leased = await leaseOne(people);
    await leased.print(numbered(300));
    const page = await open(people.url + pageOf(leased));
    const follow = page.getByRole('button', { name: 'follow' });
    await showsInView(page, 'line 300');
    await leased.print(numbered(1, 'newest'));
    await showsInView(page, 'newest 1');
    await page.locator('#log-lines').hover();
    await page.mouse.wheel(0, -1_000);
    await until('the end is left', async () => !(await inView(page)).includes('newest 1'));
    expect(await follow.getAttribute('aria-pressed')).toBe('false');
    const left = await inView(page);
    await leased.print(numbered(50, 'later'));
    await until(
      'more has come',
      async () => Number(await page.locator('.log-minimap').getAttribute('aria-valuemax')) > 350,
    );
    expect(await inView(page)).toEqual(left);
    await page.mouse.wheel(0, 10_000);
    await showsInView(page, 'later 50');
    await until('it is followed again', async () => (await follow.getAttribute('aria-pressed')) === 'true');
    await leased.print(numbered(1, 'last'));
    await showsInView(page, 'last 1');
    expect(page.complaints).toEqual([]);
  }));

test(
  'a viewer who is too slow has a gap that fills, and another one loses nothing',
  { timeout: 90_000 },
  () =>
    withProxy(async (people, proxy) => {
      const leased = await leaseOne(people);
      await leased.print('begun\n');
      const slow = await open(proxy.url + pageOf(leased));
      const quick = await open(people.url + pageOf(leased));
      await showsLines(slow, ['begun']);
      await showsLines(quick, ['begun']);
      proxy.stall();
      const part = 10_000;
      for (let n = 0; n < 16; n++) await leased.print(numbered(part, 'x'.repeat(90), 1 + n * part));
      await leased.print('the end\n');
      await showsInView(quick, 'the end');
      proxy.flow();
      await showsInView(slow, 'the end', 30_000);
      const gap = slow.locator('.log-gap').first();
      await until(
        'the gap is known',
        async () => Number(await slow.locator('.log-minimap').getAttribute('aria-valuemax')) < 160_000,
      );
      await slow.keyboard.press('f');
      const isThere = async () => {
        await scrollBy(slow, -600);
        return (await gap.count()) > 0;
      };
      await until('the gap is in view', isThere, { timeoutMs: 30_000 });
      expect(await gap.textContent()).toMatch(/^[\d,]+ lines were skipped to keep up/);
      await gap.getByRole('button').click();
      await until(
        'all lines are there',
        async () => Number(await slow.locator('.log-minimap').getAttribute('aria-valuemax')) === 160_002,
      );
      expect(slow.complaints).toEqual([]);
      expect(quick.complaints).toEqual([]);
    }),
);

test('a log that its agent sends anew is shown anew, with its steps', () =>
  withPeople(
    async people => {
      const page = await open(people.url + pageOf(await leaseOne(people)));
      await showsLines(page, ['right', 'more']);
      expect(await page.locator('.log-rows .log-step').count()).toBe(1);
      expect(page.complaints).toEqual([]);
    },
    real => ({
      ...real,
      async *tail() {
        const bytes = (text: string) => ({ type: 'bytes', offset: 0, bytes: btoa(text) }) as const;
        const mark = { type: 'step-started', seq: 0, at: 1, offset: 0, step: 0 } as const;
        yield { type: 'marks', marks: [mark] };
        yield bytes('wrong\nwrong\nwro');
        yield bytes('right\nmore\n');
        yield { type: 'end', seal: { state: 'partial', bytes: 11, reason: 'a test' } };
      },
    }),
  ));
