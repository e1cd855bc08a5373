import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { rangeOf } from '#coordinator/http/byte-range.ts';
import type { ReadRange } from '#coordinator/http/parts.ts';
import { removeArtifacts } from '#coordinator/store/old-artifacts.ts';
import { problem } from '#shared/api.ts';
import { ask } from '#test/support/people/ask.ts';
import { type Lease, lease } from '#test/support/people/lease.ts';
import { addJob, addRun } from '#test/support/people/rows.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const leaseOne = async (people: People): Promise<Lease> =>
  lease(people, await addJob(people, await addRun(people)));
const logOf = ({ attempt }: Lease) => `/logs/${attempt}.txt`;

describe('a raw log', () => {
  test('is text and never HTML, whatever the suite printed', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      const page = '<!doctype html><script>alert(1)</script>\n';
      await leased.print(page);
      const { headers, text } = await ask(people, logOf(leased), { headers: { accept: 'text/html' } });
      expect(text).toBe(page);
      expect(headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'content-length': String(page.length),
        'cache-control': 'no-store',
      });
    }));

  test('is byte for byte what was printed, live and when it is over', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      const bytes = randomBytes(700_000);
      await leased.print(bytes);
      const read = async () => new Uint8Array(await (await fetch(people.url + logOf(leased))).arrayBuffer());
      expect(bytes.equals(await read())).toBe(true);
      await leased.exit(0);
      expect(bytes.equals(await read())).toBe(true);
    }));

  test('has its digest as its tag when it is complete, and is not sent twice', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      await leased.print('a line\n');
      expect((await ask(people, logOf(leased))).headers.etag).toBeUndefined();
      await leased.exit(0);
      const digest = createHash('sha256').update('a line\n').digest('hex');
      const { headers } = await ask(people, logOf(leased));
      expect(headers).toMatchObject({ etag: `"${digest}"`, 'cache-control': 'private, no-cache' });
      const again = await ask(people, logOf(leased), { headers: { 'if-none-match': `W/"${digest}"` } });
      expect(again).toMatchObject({ status: 304, text: '' });
    }));

  test('is read in part by header and by query', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      await leased.print('0123456789');
      const part = async (query: string, range: string) => {
        const answer = await ask(people, logOf(leased) + query, { headers: range ? { range } : {} });
        return [answer.status, answer.text, answer.headers['content-range']];
      };
      expect(await part('', 'bytes=4-')).toEqual([206, '456789', 'bytes 4-9/10']);
      expect(await part('', 'bytes=-3')).toEqual([206, '789', 'bytes 7-9/10']);
      expect(await part('?from=2&to=5', '')).toEqual([200, '234', undefined]);
      expect(await part('?from=50', '')).toEqual([200, '', undefined]);
      expect(await part('?from=2', 'bytes=1-2')).toEqual([206, '34', 'bytes 1-2/8']);
      expect((await part('?from=-1', ''))[0]).toBe(400);
    }));

  test('followed, it comes as it is printed and ends with its attempt', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      await leased.print('first\n');
      const response = await fetch(`${people.url}${logOf(leased)}?follow=1`);
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      let seen = '';
      const readOn = async () => {
        const { value = '', done } = (await reader?.read()) ?? { done: true };
        seen += value;
        return done;
      };
      await readOn();
      expect(seen).toBe('first\n');
      await leased.print('second\n');
      await readOn();
      expect(seen).toBe('first\nsecond\n');
      await leased.exit(0);
      while (!(await readOn()));
      expect(seen).toBe('first\nsecond\n');
    }));

  test('followed before its first line, it says at once that it will come', () =>
    withPeople(async people => {
      const response = await fetch(`${people.url}${logOf(await leaseOne(people))}?follow=1`);
      expect(response.status).toBe(200);
      await response.body?.cancel();
    }));

  test('asked for by HEAD it says its size and reads nothing', async () => {
    let reads = 0;
    await withPeople(
      async people => {
        const leased = await leaseOne(people);
        await leased.print('0123456789');
        const head = await ask(people, logOf(leased), { method: 'HEAD' });
        expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '10' } });
        const followed = await ask(people, `${logOf(leased)}?follow=1`, { method: 'HEAD' });
        expect(followed).toMatchObject({ status: 200, text: '' });
        expect(reads).toBe(0);
      },
      real => ({
        ...real,
        tail(...args) {
          reads += 1;
          return real.tail(...args);
        },
        async log(...args) {
          const log = await real.log(...args);
          const read: ReadRange = (from, to) => {
            reads += 1;
            return log?.read(from, to) ?? nothing();
          };
          return log && { ...log, read };
        },
      }),
    );
  });

  test('that nobody keeps is not there', () =>
    withPeople(async people => {
      for (const file of [
        'attempt_00000000000000000000000000.txt',
        'attempt_x.txt',
        'passwd',
        '..%2f..%2fetc',
      ])
        expect([file, (await ask(people, `/logs/${file}`)).status]).toEqual([file, 404]);
    }));
});

async function* nothing() {}

/** Asks, reads the first bytes, and cuts the connection. */
async function leaveHalfWay({ port }: People, path: string): Promise<void> {
  const asked = request({ host: '127.0.0.1', port, path, agent: false }).end();
  const [response] = await once(asked, 'response');
  await once(response, 'data');
  response.on('error', () => {});
  asked.destroy();
}

describe('a reader that leaves half-way', () => {
  const counted = () => {
    const open = { now: 0, ever: 0 };
    async function* watch<Item>(source: AsyncIterable<Item>): AsyncGenerator<Item> {
      open.now += 1;
      open.ever += 1;
      try {
        yield* source;
      } finally {
        open.now -= 1;
      }
    }
    return { open, watch };
  };

  test('leaves no reader of the log behind', async () => {
    const { open, watch } = counted();
    await withPeople(
      async people => {
        const leased = await leaseOne(people);
        await leased.print(randomBytes(8_000_000));
        await leaveHalfWay(people, logOf(leased));
        await until('the reader has gone', () => open.ever === 1 && open.now === 0);
        await leaveHalfWay(people, `${logOf(leased)}?follow=1`);
        await until('the follower has gone', () => open.ever === 2 && open.now === 0);
        expect(people.logged.filter(({ level }) => level >= 40)).toEqual([]);
      },
      real => ({
        ...real,
        tail: (...args) => watch(real.tail(...args)),
        async log(...args) {
          const log = await real.log(...args);
          return log && { ...log, read: (from, to) => watch(log.read(from, to)) };
        },
      }),
    );
  });

  test('that stays and takes nothing is cut off after a while', async () => {
    const { open, watch } = counted();
    await withPeople(
      async people => {
        const leased = await leaseOne(people);
        await leased.print(randomBytes(16_000_000));
        const idler = connect(people.port, '127.0.0.1').pause();
        idler.on('error', () => {});
        idler.write(`GET ${logOf(leased)} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
        await until('the reader has come and gone', () => open.ever === 1 && open.now === 0);
        idler.destroy();
      },
      real => ({
        ...real,
        async log(...args) {
          const log = await real.log(...args);
          return log && { ...log, read: (from, to) => watch(log.read(from, to)) };
        },
      }),
      null,
      { stallMs: 100 },
    );
  });

  test('that waits for a line that never comes is let go as well', async () => {
    const { open, watch } = counted();
    await withPeople(
      async people => {
        const leased = await leaseOne(people);
        await leased.print('one line\n');
        await leaveHalfWay(people, `${logOf(leased)}?follow=1`);
        await until('the follower has gone', () => open.ever === 1 && open.now === 0);
      },
      real => ({ ...real, tail: (...args) => watch(real.tail(...args)) }),
    );
  });
});

describe('an artifact', () => {
  const content = randomBytes(300_000);

  const keep = async (people: People, path: string) => (await leaseOne(people)).keepArtifact(path, content);

  test('is a download under its own name', () =>
    withPeople(async people => {
      const { id, sha256 } = await keep(people, 'dist/rocket-1.0.tar.gz');
      const response = await fetch(`${people.url}/artifacts/${id}`);
      expect(content.equals(new Uint8Array(await response.arrayBuffer()))).toBe(true);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-disposition':
          'attachment; filename="rocket-1.0.tar.gz"; filename*=UTF-8\'\'rocket-1.0.tar.gz',
        'content-length': String(content.length),
        etag: `"${sha256}"`,
      });
    }));

  test.each([
    ['a"b.html', 'filename="a_b.html"; filename*=UTF-8\'\'a%22b.html'],
    [
      'a\r\nset-cookie: x=1',
      'filename="a__set-cookie_ x_1"; filename*=UTF-8\'\'a%0D%0Aset-cookie%3A%20x%3D1',
    ],
    ["it's (new)*", 'filename="it_s _new__"; filename*=UTF-8\'\'it%27s%20%28new%29%2A'],
    ['größe.txt', 'filename="gr__e.txt"; filename*=UTF-8\'\'gr%C3%B6%C3%9Fe.txt'],
  ])('whose name is %j stays one header', (name, disposition) =>
    withPeople(async people => {
      const { id } = await keep(people, `dist/${name}`);
      const { headers, status } = await ask(people, `/artifacts/${id}`, { method: 'HEAD' });
      expect(status).toBe(200);
      expect(headers['content-disposition']).toBe(`attachment; ${disposition}`);
      expect(headers['set-cookie']).toBeUndefined();
    }),
  );

  test('goes on where its download broke off, unless it is another one by now', () =>
    withPeople(async people => {
      const { id, sha256 } = await keep(people, 'app');
      const part = async (headers: Record<string, string>) => {
        const response = await fetch(`${people.url}/artifacts/${id}`, { headers });
        return [response.status, Buffer.from(await response.arrayBuffer())] as const;
      };
      const [status, rest] = await part({ range: 'bytes=200000-', 'if-range': `"${sha256}"` });
      expect([status, rest.equals(content.subarray(200_000))]).toEqual([206, true]);
      const [anew, whole] = await part({ range: 'bytes=200000-', 'if-range': '"another"' });
      expect([anew, whole.equals(content)]).toEqual([200, true]);
    }));

  test('has nothing beyond its end', () =>
    withPeople(async people => {
      const { id } = await keep(people, 'app');
      const answer = await ask(people, `/artifacts/${id}`, { headers: { range: 'bytes=300000-' } });
      expect(answer).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */300000' } });
      expect(problem.parse(JSON.parse(answer.text)).detail).toContain('300000');
      expect(answer.headers['content-disposition']).toBeUndefined();
    }));

  test('whose bytes are gone says so', () =>
    withPeople(async people => {
      const { id, sha256 } = await keep(people, 'app');
      await people.blobs.remove(sha256);
      const answer = await ask(people, `/artifacts/${id}`);
      expect(problem.parse(JSON.parse(answer.text))).toMatchObject({ status: 410, hint: expect.any(String) });
    }));

  test('that is removed says since when, and by which rule', () =>
    withPeople(async people => {
      const { id } = await keep(people, 'app');
      people.clock.now += 31 * 86_400_000;
      await people.store.write(tx => removeArtifacts(tx, [id], people.clock.now));
      const answer = await ask(people, `/artifacts/${id}`);
      expect(answer.headers['paddock-refusal']).toBe('artifact-removed');
      const { status, detail } = problem.parse(JSON.parse(answer.text));
      expect(status).toBe(410);
      expect(detail).toMatch(
        /^The artifact app was removed on \d{4}-\d\d-\d\d, artifacts are kept 30 days\.$/,
      );
    }));

  test('of nothing is nothing', () =>
    withPeople(async people => {
      const { id } = await (await leaseOne(people)).keepArtifact('empty', Buffer.alloc(0));
      expect(await ask(people, `/artifacts/${id}`)).toMatchObject({ status: 200, text: '' });
    }));
});

test.each([
  [undefined, [0, 10]],
  ['bytes=0-', [0, 10]],
  ['bytes=0-0', [0, 1]],
  ['bytes=3-5', [3, 6]],
  ['bytes=9-', [9, 10]],
  ['bytes=3-500', [3, 10]],
  ['bytes=-4', [6, 10]],
  ['bytes=-40', [0, 10]],
  ['bytes=-0', null],
  ['bytes=10-', null],
  ['bytes=99999999999999999999-', null],
  ['bytes=5-3', [0, 10]],
  ['bytes=0-1,3-4', [0, 10]],
  ['bytes=-', [0, 10]],
  ['lines=1-2', [0, 10]],
  ['bytes=a-b', [0, 10]],
])('the range %j of 10 bytes is %j', (header, range) => {
  expect(rangeOf(header, 10)).toEqual(range && { from: range[0], to: range[1] });
});
