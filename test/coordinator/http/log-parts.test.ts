import { describe, expect, test } from 'vitest';
import { findAttempt } from '#coordinator/store/attempts.ts';
import { removeOldLogs } from '#coordinator/store/old-logs.ts';
import { attemptView, problem } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { logHits, logLines, logView } from '#shared/log-api.ts';
import { ask } from '#test/support/people/ask.ts';
import { type Lease, lease } from '#test/support/people/lease.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const leaseOne = async (people: People): Promise<Lease> =>
  lease(people, await addJob(people, await addRun(people)));

const pathOf = ({ attempt }: Lease, part: string) => `/api/v1/attempts/${attempt}/${part}`;

describe('a log', () => {
  test('says how much there is and where its marks stand, live and when it is over', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      await leased.stepStarts(0);
      await leased.print('one\nno end');
      await leased.stepEnds(0, 0);
      const view = async () => logView.parse(JSON.parse((await ask(people, pathOf(leased, 'log'))).text));
      const expected = {
        bytes: 10,
        lines: 2,
        places: [
          { line: 0, column: 0 },
          { line: 1, column: 6 },
        ],
      };
      expect(await view()).toMatchObject({ ...expected, seal: null });
      await leased.exit(0);
      expect(await view()).toMatchObject({ ...expected, seal: { state: 'complete' } });
      expect((await view()).marks.map(({ type }) => type)).toEqual(['step-started', 'step-ended']);
    }));

  test('that is removed is told of wherever it is asked for: since when, and by which rule', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      await leased.print('one\n');
      await leased.exit(0);
      const { repositoryId } = (await findAttempt(people.store.read, leased.attempt)) ?? {};
      if (!repositoryId) throw new Error('it was made');
      const at = people.clock.now + 91 * 86_400_000;
      await people.store.write(tx => removeOldLogs(tx, repositoryId, { before: at, max: 9, at }));
      for (const path of [
        ...['log', 'lines', 'search?q=x'].map(part => pathOf(leased, part)),
        `/logs/${leased.attempt}.txt`,
      ]) {
        const answer = await ask(people, path);
        expect([path, answer.status, answer.headers['paddock-refusal']]).toEqual([path, 410, 'log-removed']);
        expect(problem.parse(JSON.parse(answer.text)).detail).toMatch(
          /^The log of attempt_\w+ was removed on \d{4}-\d\d-\d\d, logs are kept 90 days\.$/,
        );
      }
      const attempt = await ask(people, `/api/v1/attempts/${leased.attempt}`);
      expect(attemptView.parse(JSON.parse(attempt.text))).toMatchObject({
        logRemovedAt: at,
        log: { bytes: 4 },
      });
    }));

  test('of a private repository is nobody’s but an administrator’s', () =>
    withPeople(async people => {
      const repository = await addRepository(people, { isPrivate: true });
      const leased = await lease(people, await addJob(people, await addRun(people, {}, repository)));
      for (const part of ['log', 'lines', 'search?q=x']) {
        expect([part, (await ask(people, pathOf(leased, part))).status]).toEqual([part, 404]);
        const { status } = await ask(people, pathOf(leased, part), { headers: people.admin });
        expect([part, status]).toEqual([part, 200]);
      }
    }));
});

describe('lines', () => {
  const linesOf = async (people: People, leased: Lease, query: string) => {
    const answer = await ask(people, pathOf(leased, `lines?${query}`));
    const lines = logLines.parse(JSON.parse(answer.text));
    return { ...lines, bytes: Buffer.from(lines.bytes, 'base64').toString() };
  };

  test('are any of them, from the first to one that has not ended', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      await leased.print('one\ntwo\nthree\nfo');
      const lines = (query: string) => linesOf(people, leased, query);
      expect(await lines('from=1&count=2')).toEqual({
        first: 1,
        lines: 2,
        offset: 4,
        bytes: 'two\nthree\n',
        cut: 0,
      });
      expect(await lines('from=3')).toEqual({ first: 3, lines: 1, offset: 14, bytes: 'fo', cut: 0 });
      expect(await lines('from=9')).toMatchObject({ first: 4, lines: 0, offset: 16, bytes: '' });
    }));

  test('are not more than one answer should have, and whole but for one that alone is too large', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      const half = limits.logPageBytes / 2;
      await leased.print(`${'a'.repeat(half)}\n${'b'.repeat(half)}\n${'c'.repeat(3 * half)}\nd\n`);
      const first = await linesOf(people, leased, 'from=0');
      expect(first).toMatchObject({ first: 0, lines: 1, cut: 0 });
      expect(first.bytes.length).toBe(half + 1);
      const third = await linesOf(people, leased, 'from=2');
      expect(third).toMatchObject({ first: 2, lines: 1, offset: 2 * half + 2, cut: half + 1 });
      expect(third.bytes).toBe('c'.repeat(2 * half));
      expect(await linesOf(people, leased, 'from=3')).toMatchObject({ bytes: 'd\n', offset: 5 * half + 3 });
    }));

  test('are asked for with numbers, and not too many', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      for (const query of ['from=-1', 'from=x', 'count=0', `count=${limits.logPageLines + 1}`])
        expect([query, (await ask(people, pathOf(leased, `lines?${query}`))).status]).toEqual([query, 400]);
    }));
});

describe('a search', () => {
  const search = async (people: People, leased: Lease, query: Record<string, string>) => {
    const answer = await ask(people, pathOf(leased, `search?${new URLSearchParams(query)}`));
    return { status: answer.status, body: JSON.parse(answer.text) };
  };

  test('finds lines by text or pattern, with or without regard to capitals', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      await leased.print('Error: 1\nerror: 2\n\x1b[31merr\x1b[0mor: 3\n[e.r]\n');
      const lines = async (query: Record<string, string>) =>
        logHits.parse((await search(people, leased, query)).body).lines;
      expect(await lines({ q: 'error' })).toEqual([0, 1, 2]);
      expect(await lines({ q: 'error', case: '1' })).toEqual([1, 2]);
      expect(await lines({ q: 'e.r' })).toEqual([3]);
      expect(await lines({ q: 'e.r', regex: '1' })).toEqual([0, 1, 2, 3]);
      expect(await lines({ q: 'error', from: '1', max: '1' })).toEqual([1]);
    }));

  test('says what is wrong with an expression', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      const { status, body } = await search(people, leased, { q: '(', regex: '1' });
      expect(status).toBe(400);
      expect(body.detail).toMatch(/^this is no regular expression: .*Unterminated group/);
      expect((await search(people, leased, { q: '' })).status).toBe(400);
    }));

  test('whose asker leaves is given up', async () => {
    let gone: AbortSignal | null = null;
    await withPeople(
      async people => {
        const leased = await leaseOne(people);
        const leave = new AbortController();
        const url = `${people.url}${pathOf(leased, 'search?q=x')}`;
        const asked = fetch(url, { signal: leave.signal }).catch(() => null);
        await until('it is searched', () => gone !== null);
        leave.abort();
        await asked;
        await until('it is told', () => gone?.aborted);
      },
      real => ({
        ...real,
        async log(...args) {
          const log = await real.log(...args);
          return (
            log && {
              ...log,
              search: (_query, _range, signal) => {
                gone = signal;
                return new Promise(resolve =>
                  signal.addEventListener('abort', () =>
                    resolve({ matches: 0, lines: [], scanned: 0, isComplete: false, cut: 0 }),
                  ),
                );
              },
            }
          );
        },
      }),
    );
  });
});
