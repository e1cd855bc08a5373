/** The pull request that a visitor of the demonstration plays with, over HTTP. */
import { request } from 'node:http';
import { expect, test } from 'vitest';
import type { PullView } from '#coordinator/demo/tour/pull-view.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';
import { withTour } from '#test/support/with-tour.ts';

const statuses = ({ commits: [newest] }: PullView) =>
  Object.fromEntries(newest?.statuses.map(({ context, state }) => [context.split('/').at(-1), state]) ?? []);

const stepsDone = ({ steps }: PullView) =>
  steps.filter(({ standing }) => standing === 'done').map(({ id }) => id);

const obstacles = ({ acts }: PullView) => Object.fromEntries(acts.map(({ id, obstacle }) => [id, obstacle]));

/** With headers that fetch does not let anybody set. */
const statusOf = (
  url: string,
  method: string,
  headers: Record<string, string>,
): Promise<number | undefined> =>
  new Promise((answered, failed) => {
    request(url, { method, headers }, response => answered(response.resume().statusCode))
      .once('error', failed)
      .end();
  });

test(
  'every button does what people do on GitHub, and Paddock answers each with statuses',
  () =>
    withTour(async ({ tour, stage, told, press, sees }) => {
      const first = await sees('the first commit fails', view => statuses(view).unit === 'failure');
      expect(obstacles(first)).toEqual({
        break: 'a test is broken already',
        fix: null,
        long: null,
        merge: 'waits for unit to pass',
      });
      expect((await press('merge')).status).toBe(409);

      expect((await press('fix')).status).toBe(200);
      const mended = await sees('the fix passes', view => stepsDone(view).includes('fix'));
      expect(statuses(mended)).toEqual({ unit: 'success', style: 'success' });
      expect(obstacles(mended)).toEqual({
        break: null,
        fix: 'there is nothing to mend',
        long: null,
        merge: null,
      });

      await press('break');
      await sees('the mistake fails', view => statuses(view).unit === 'failure');
      await press('fix');
      await sees('the second fix may be merged', view => obstacles(view).merge === null);

      expect(await (await press('merge')).json()).toEqual({ path: '/acme/rocket/pull/1' });
      const merged = await sees('the artifact is built', view => stepsDone(view).includes('merge'));
      expect(statuses(merged)).toEqual({ unit: 'success', style: 'success', dist: 'success' });
      expect(merged).toMatchObject({ status: 'merged', commits: [{ isMerge: true }, {}, {}, {}, {}] });
      expect(merged.commits[0]?.title).toBe('Merge pull request #1 from acme/shift');
      expect(obstacles(merged)).toEqual({ open: null });

      expect(await (await press('open')).json()).toEqual({ path: '/acme/rocket/pull/2' });
      expect(tour.yours).toBe(2);
      await sees('the next pull request fails too', view => statuses(view).unit === 'failure');
      expect(stage.github.pullRequest('acme/rocket', 2)?.commits).toHaveLength(1);
      expect(told).toContain('You merged pull request #1');
      expect(told.slice(told.indexOf('You merged pull request #1'))).toContain('dist: success');
    }),
  120_000,
);

test(
  'the long log runs until a newer commit takes its place, which leaves it out again',
  () =>
    withTour(async ({ press, sees, tour, stage }) => {
      await press('long');
      const flying = await sees('the flight has begun', view => {
        const flight = view.commits[0]?.statuses.find(({ context }) => context.endsWith('/flight'));
        return flight?.state === 'pending' && !flight.description?.startsWith('queued');
      });
      expect(obstacles(flying).merge).toContain('flight');
      await press('fix');
      const after = await sees('the newer commit passes', view => stepsDone(view).includes('fix'));
      expect(Object.keys(statuses(after))).toEqual(['unit', 'style']);
      await sees(
        'the flight is superseded',
        ({ commits: [, flight] }) => flight?.statuses.every(({ state }) => state !== 'pending') === true,
      );
      expect(tour.yours).toBe(1);
      expect(stage.github.pullRequest('acme/rocket', 1)?.commits).toHaveLength(3);
    }),
  120_000,
);

test(
  'the page is live without being asked again, and links of commits lead to it',
  () =>
    withTour(async ({ pages, press, tour }) => {
      const stream = await fetch(`${pages.url}/events`);
      const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      const heard = (what: string) =>
        until(`the stream says ${what}`, async () => {
          text += (await reader?.read())?.value ?? '';
          return text.includes(what);
        });
      await heard('"state":"failure"');
      await press('fix');
      await heard('You pushed the fix');
      await heard('all 2 passed');
      const sha = tour.view(1)?.commits[0]?.sha ?? '';
      const commit = await fetch(new URL(`/acme/rocket/commit/${sha}`, pages.url), { redirect: 'manual' });
      expect(commit.headers.get('location')).toBe(`/acme/rocket/pull/1#${sha}`);
      await reader?.cancel();
    }),
  120_000,
);

test(
  'whoever is not the page itself is refused, and what is not there is said to be so',
  () =>
    withTour(async ({ pages, tour }) => {
      const { host, origin } = new URL(pages.url);
      const fix = `${pages.url}/fix`;
      const codes = {
        foreign: await statusOf(fix, 'POST', { origin: 'http://evil.example' }),
        opaque: await statusOf(fix, 'POST', { origin: 'null' }),
        sibling: await statusOf(fix, 'POST', { 'sec-fetch-site': 'same-site' }),
        otherPort: await statusOf(fix, 'POST', { origin: 'http://127.0.0.1:1' }),
        rebound: await statusOf(pages.url, 'GET', { host: `evil.example:${new URL(origin).port}` }),
        byLink: await statusOf(fix, 'GET', { host }),
        guide: await statusOf(`${origin}/guide/own`, 'POST', { origin: 'http://evil.example' }),
      };
      expect(codes).toEqual({
        foreign: 403,
        opaque: 403,
        sibling: 403,
        otherPort: 403,
        rebound: 403,
        byLink: 404,
        guide: 403,
      });
      expect(tour.view(1)?.commits).toHaveLength(1);
      const unknown = [
        `/acme/rocket/commit/${'0'.repeat(40)}`,
        '/acme/rocket/commit/HEAD',
        '/acme/rocket/pull/7',
        '/acme/rocket/pull/7/events',
        '/assets/pull.html',
        '/assets/..%2fdemo.ts',
      ];
      for (const path of unknown) expect([path, (await fetch(origin + path)).status]).toEqual([path, 404]);
      expect((await fetch(`${origin}/acme/rocket/pull/7/fix`, { method: 'POST' })).status).toBe(409);
      const page = await fetch(pages.url);
      expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'self'/);
      expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
      expect(await page.text()).not.toMatch(/ on\w+=| style=/);
    }),
  120_000,
);

test(
  'two buttons at once are one, and more readers than there is room for are told so',
  () =>
    withTour(async ({ pages, press, tour, sees }) => {
      const answers = await Promise.all([press('fix'), press('fix'), press('long')]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
      expect(tour.view(1)?.commits).toHaveLength(2);
      const streams = await Promise.all(
        Array.from({ length: limits.demoPages }, () => fetch(`${pages.url}/events`)),
      );
      expect((await fetch(`${pages.url}/events`)).status).toBe(503);
      await Promise.all(streams.map(({ body }) => body?.cancel()));
      await until('there is room again', async () => {
        const { status, body } = await fetch(`${pages.url}/events`);
        await body?.cancel();
        return status === 200;
      });
      await sees('what was pushed has begun', view => 'unit' in statuses(view));
    }),
  120_000,
);

test(
  'a webhook that Paddock refuses is told where the button was pressed',
  () =>
    withTour(async ({ stage, press, tour }) => {
      stage.hook.secret = 'another secret';
      const answer = await press('fix');
      expect(answer.status).toBe(502);
      expect(await answer.json()).toEqual({
        message: expect.stringMatching(/^the webhook push was answered with 401/),
      });
      expect(obstacles(tour.view(1) as PullView).long).toBeNull();
    }),
  120_000,
);
