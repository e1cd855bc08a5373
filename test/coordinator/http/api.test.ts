import { expect, test } from 'vitest';
import { beginCache, keepCache } from '#coordinator/store/caches.ts';
import { saveChange } from '#coordinator/store/changes.ts';
import { receiveDelivery } from '#coordinator/store/deliveries.ts';
import { deliveryPage, eventView, jobView, problem, runView, systemView } from '#shared/api.ts';
import { cachesView } from '#shared/cache-api.ts';
import { limits } from '#shared/limits.ts';
import { partsOf, readiness } from '#shared/readiness.ts';
import { runPage } from '#shared/run-line.ts';
import { type Ask, ask } from '#test/support/people/ask.ts';
import { lease } from '#test/support/people/lease.ts';
import { addForked, addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { sessionCookie } from '#test/support/people/sign-in.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const json = { 'content-type': 'application/json' };
const commit = 'a'.repeat(40);

const post = (people: People, path: string, body: unknown, more: Partial<Ask> = {}) =>
  ask(people, path, {
    method: 'POST',
    headers: { ...json, ...people.admin },
    body: JSON.stringify(body),
    ...more,
  });

const runs = runPage;
const parsed = async (people: People, path: string) =>
  JSON.parse((await ask(people, path, { headers: people.admin })).text);

test('what does not fit is refused with the field and what was expected of it', () =>
  withPeople(async people => {
    const answer = await post(people, '/api/v1/runs', { repository: '', commit: 'HEAD', imges: [] });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    const { status, detail, errors } = problem.parse(JSON.parse(answer.text));
    expect(status).toBe(400);
    expect(errors).toContainEqual({ field: 'commit', message: 'expected a full commit SHA' });
    expect(errors).toContainEqual({ field: 'repository', message: expect.stringContaining('1') });
    expect(detail).toContain('commit: expected a full commit SHA');
    expect(detail).toContain('imges');
  }));

test('a field deep inside is named by its path, and a thousand mistakes are not all listed', () =>
  withPeople(async people => {
    const images = Array.from({ length: 1_000 }, () => 1);
    const answer = await post(people, '/api/v1/runs', { repository: 'r', commit, images });
    const { errors = [] } = problem.parse(JSON.parse(answer.text));
    expect(errors[0]?.field).toBe('images.0');
    expect(errors).toHaveLength(limits.fieldErrors);
  }));

test('a word of a query that is not known is refused by name, and not passed over', () =>
  withPeople(async people => {
    for (const path of ['/api/v1/runs', '/api/v1/tokens']) {
      const answer = await ask(people, `${path}?limit=5`, { headers: people.admin });
      expect(problem.parse(JSON.parse(answer.text))).toMatchObject({ status: 400 });
      expect(answer.text).toContain('limit');
    }
    expect((await ask(people, '/?limit=5')).status).toBe(200);
  }));

test.each([
  ['max=0', 'max'],
  ['max=101', 'max'],
  ['max=many', 'max'],
  ['before=yesterday', 'before'],
])('a query that does not fit is refused with its field (%s)', (query, field) =>
  withPeople(async people => {
    const answer = await ask(people, `/api/v1/runs?${query}`);
    expect(problem.parse(JSON.parse(answer.text))).toMatchObject({ status: 400, errors: [{ field }] });
  }),
);

test('an id of another kind, or of nothing, is no run', () =>
  withPeople(async people => {
    expect((await ask(people, '/api/v1/runs/job_01h00000000000000000000000')).status).toBe(400);
    expect((await ask(people, '/api/v1/runs/run_00000000000000000000000000')).status).toBe(404);
  }));

test.each<[string, number, Partial<Ask>]>([
  ['half of a document', 400, { body: '{"repository":' }],
  ['nothing', 400, { body: '' }],
  ['a list', 400, { body: '[]' }],
  ['a prototype', 400, { body: '{"__proto__":{"isAdmin":true},"repository":"r"}' }],
  ['a form', 415, { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
  ['more than the limit', 413, { body: JSON.stringify({ title: 'x'.repeat(limits.apiBodyBytes) }) }],
  [
    'more than the limit in chunks',
    413,
    { body: [Buffer.from('"'), Buffer.alloc(limits.apiBodyBytes, 'x')] },
  ],
])('a body that is %s is refused with %i', (_, status, more) =>
  withPeople(async people => {
    const headers = { ...json, ...people.admin, ...more.headers };
    const answer = await post(people, '/api/v1/runs', null, { ...more, headers });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(problem.parse(JSON.parse(answer.text)).status).toBe(status);
    expect(people.logged.filter(({ level }) => level >= 40)).toEqual([]);
  }),
);

test('a run by hand is private, and is there when it is answered', () =>
  withPeople(async people => {
    const answer = await post(people, '/api/v1/runs', {
      repository: 'https://example.org/acme/thing.git',
      commit,
    });
    expect(answer.status).toBe(201);
    const run = runView.parse(JSON.parse(answer.text));
    expect(run).toMatchObject({ repository: 'acme/thing', purpose: 'manual', standing: 'preparing', commit });
    expect((await ask(people, `/api/v1/runs/${run.id}`)).status).toBe(404);
    expect(people.wakes).toContainEqual({ type: 'preparation' });
  }));

test('a run that somebody names after a repository of GitHub does not become one of its runs', () =>
  withPeople(async people => {
    await addRepository(people, { fullName: 'acme/rocket' });
    const answer = await post(people, '/api/v1/runs', {
      repository: '/tmp/rocket',
      name: 'acme/rocket',
      commit,
    });
    expect(runView.parse(JSON.parse(answer.text)).repository).toBe('acme/rocket (by hand)');
  }));

test('a run of a folder called conformance is not one of the suite that images have to pass', () =>
  withPeople(async people => {
    const answer = await post(people, '/api/v1/runs', { repository: '/home/me/conformance', commit });
    expect(runView.parse(JSON.parse(answer.text)).repository).toBe('conformance (by hand)');
  }));

test('runs are listed newest first, page by page, each once', () =>
  withPeople(async people => {
    const made = [];
    for (let n = 0; n < 7; n++) made.unshift((await addRun(people)).id);
    const seen: string[] = [];
    let next: string | null = '';
    for (let pages = 0; next !== null && pages < 10; pages++) {
      const { items, next: following } = runs.parse(
        await parsed(people, `/api/v1/runs?max=3${next && `&before=${next}`}`),
      );
      seen.push(...items.map(({ id }) => id));
      next = following;
    }
    expect(seen).toEqual(made);
  }));

test('private runs neither shorten a stranger’s page nor show in where it goes on', () =>
  withPeople(async people => {
    const open = await addRepository(people, { fullName: 'acme/open' });
    const secret = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
    const shown = [];
    for (let n = 0; n < 3; n++) {
      shown.unshift((await addRun(people, {}, open)).id);
      await addRun(people, {}, secret);
      await addRun(people, {}, secret);
    }
    const first = runs.parse(JSON.parse((await ask(people, '/api/v1/runs?max=2')).text));
    expect(first.items.map(({ id }) => id)).toEqual(shown.slice(0, 2));
    expect(first.next).toBe(shown[1]);
    const second = runs.parse(
      JSON.parse((await ask(people, `/api/v1/runs?max=2&before=${first.next}`)).text),
    );
    expect(second).toMatchObject({ items: [{ id: shown[2] }], next: null });
  }));

test('caches are listed as far as one may see them; only an administrator drops any', () =>
  withPeople(async people => {
    const secret = await addRepository(people, { fullName: 'acme/secret', isPrivate: true });
    const { attempt } = await lease(people, await addJob(people, await addRun(people, {}, secret)));
    const place = { repository: secret.id, image: 'debian-12', scope: 'branch main', prefix: 'npm' };
    const { sha256, bytes } = await people.blobs.put(Buffer.from('packed'));
    await people.store.write(async tx => {
      await beginCache(tx, attempt, { ...place, key: 'k' }, people.clock.now);
      await keepCache(tx, attempt, { prefix: 'npm', sha256, bytes }, people.clock.now);
    });
    const shown = async (more?: Partial<Ask>) =>
      cachesView.parse(JSON.parse((await ask(people, '/api/v1/caches?prefix=npm', more)).text)).total;
    expect(await shown()).toEqual({ count: 0, bytes: 0 });
    expect(await shown({ headers: people.admin })).toEqual({ count: 1, bytes: 6 });
    const wanted = { repository: 'acme/secret' };
    expect((await post(people, '/api/v1/caches/drop', wanted, { headers: json })).status).toBe(401);
    expect((await post(people, '/api/v1/caches/drop', { image: 'debian-12' })).status).toBe(400);
    const answer = await post(people, '/api/v1/caches/drop', wanted);
    expect(JSON.parse(answer.text).message).toBe('1 cache of acme/secret dropped; the next jobs run without');
    expect(await shown({ headers: people.admin })).toEqual({ count: 0, bytes: 0 });
    expect(await people.blobs.size(sha256)).toBeNull();
  }));

test('runs of one repository, and of one that nobody knows', () =>
  withPeople(async people => {
    const [a, b] = [
      await addRepository(people, { fullName: 'acme/a' }),
      await addRepository(people, { fullName: 'acme/b' }),
    ];
    await addRun(people, {}, a);
    const ours = await addRun(people, {}, b);
    expect(runs.parse(await parsed(people, '/api/v1/runs?repository=acme/b')).items).toMatchObject([
      { id: ours.id },
    ]);
    expect(await parsed(people, '/api/v1/runs?repository=acme/none')).toEqual({ items: [], next: null });
  }));

test('runs are filtered, and what is under way is looked at so many at a time', () =>
  withPeople(async people => {
    const old = await addRun(people, { author: 'hubot' });
    await addJob(people, old, { image: 'netbsd-10' });
    for (let n = 0; n < limits.runsUnderWayExamined + 1; n++) await addRun(people);
    const named = runs.parse(
      await parsed(people, '/api/v1/runs?author=HUBOT&image=netbsd-10&outcome=queued&jobs=brief'),
    );
    expect(named.items).toMatchObject([
      { id: old.id, counts: { queued: 1 }, times: { from: null }, jobs: [{ image: 'netbsd-10' }] },
    ]);
    const asked = '/api/v1/runs?max=100&outcome=queued';
    const first = runs.parse(await parsed(people, asked));
    expect(first).toEqual({ items: [], next: expect.stringMatching(/^run_/) });
    const second = runs.parse(await parsed(people, `${asked}&before=${first.next}`));
    expect(second).toMatchObject({ items: [{ id: old.id, jobs: null }], next: null });
  }));

test.each([
  [`text=${'x'.repeat(10_000)}`, 'text'],
  ['text=1+2+3+4+5+6+7+8+9+10+11', 'text'],
  ['since=yesterday', 'since'],
  ['change=0', 'change'],
])('a filter that cannot be one is refused with its name: %.20s', (query, field) =>
  withPeople(async people => {
    const answer = await ask(people, `/api/v1/runs?${query}`);
    expect(answer.status).toBe(400);
    expect(problem.parse(JSON.parse(answer.text)).errors).toMatchObject([{ field }]);
  }),
);

test('a run says what its attempts did when, and what they left behind', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const leased = await lease(people, job);
    const { path } = await leased.keepArtifact('dist/app', Buffer.from('bytes'));
    await leased.exit(2, 'make check: exit 2');
    expect(await parsed(people, `/api/v1/runs/${job.runId}/attempts`)).toMatchObject([
      { job: job.id, number: 1, end: { message: 'make check: exit 2' } },
    ]);
    expect(await parsed(people, `/api/v1/runs/${job.runId}/artifacts`)).toMatchObject([
      { job: job.id, path },
    ]);
  }));

test('deliveries of the same millisecond are listed page by page, each once', () =>
  withPeople(async people => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ids)
      await people.store.write(tx =>
        receiveDelivery(tx, { id, event: 'ping', repository: null, body: '{}' }, people.clock.now),
      );
    const seen: string[] = [];
    let next: string | null = '';
    for (let pages = 0; next !== null && pages < 10; pages++) {
      const answer: unknown = await parsed(people, `/api/v1/deliveries?max=2${next && `&before=${next}`}`);
      const { items, next: following } = deliveryPage.parse(answer);
      seen.push(...items.map(({ id }) => id));
      next = following;
    }
    expect(seen.sort()).toEqual(ids);
    expect((await ask(people, '/api/v1/deliveries?before=x', { headers: people.admin })).status).toBe(400);
  }));

test('a job is cancelled and run again by hand; what cannot be done says why', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const verb = async (name: string) => {
      const answer = await post(people, `/api/v1/jobs/${job.id}/${name}`, undefined, {
        headers: people.admin,
      });
      return [answer.status, JSON.parse(answer.text).detail ?? JSON.parse(answer.text).message];
    };
    expect(await verb('rerun')).toEqual([409, 'already queued']);
    expect(await verb('cancel')).toEqual([200, 'cancelled']);
    expect(jobView.parse(await parsed(people, `/api/v1/jobs/${job.id}`)).standing).toBe('cancelled');
    expect(await verb('cancel')).toMatchObject([409, expect.any(String)]);
    expect(await verb('rerun')).toEqual([200, 'runs again']);
    const events = await parsed(people, `/api/v1/jobs/${job.id}/events`);
    expect(events.map((event: unknown) => eventView.parse(event).type)).toEqual([
      'job.cancel-requested',
      'job.rerun-requested',
    ]);
  }));

const approvals = async ({ store }: People) => {
  const events = store.read.selectFrom('event').select('data').where('type', '=', 'run.approved');
  return (await events.execute()).map(({ data }) => JSON.parse(data));
};

test('an administrator approves the commit of a fork, and it is noted by which way they came', () =>
  withPeople(async people => {
    const { run, job } = await addForked(people);
    const approve = async (headers: Record<string, string>, body: object = { commit: run.commit }) => {
      const answer = await post(people, `/api/v1/runs/${run.id}/approve`, body, {
        headers: { ...json, ...headers },
      });
      return [answer.status, JSON.parse(answer.text).detail ?? JSON.parse(answer.text).message];
    };
    expect((await approve({})).at(0)).toBe(401);
    expect(await approve(people.admin, {})).toMatchObject([400, expect.stringContaining('commit')]);
    expect(await approve(people.admin, { commit: 'abc' })).toMatchObject([400, expect.any(String)]);
    const { name, value } = await sessionCookie(people);
    const browser = { cookie: `${name}=${value}` };
    expect(await approve(browser)).toEqual([200, 'approved']);
    expect(await approve(people.admin)).toEqual([200, 'approved']);
    expect(jobView.parse(await parsed(people, `/api/v1/jobs/${job.id}`)).standing).toBe('queued');
    const session = expect.stringMatching(/^ses_/);
    expect(await approvals(people)).toEqual([{ commit: run.commit, by: { way: 'session', session } }]);
  }));

test('a commit that is not the head of its pull request any more is not approved: 409 says what is', () =>
  withPeople(async people => {
    const { run, change } = await addForked(people);
    const headSha = 'def4567'.padEnd(40, '0') as typeof change.headSha;
    await people.store.write(tx => saveChange(tx, { ...change, headSha, updatedAt: 2 }));
    const answer = await post(people, `/api/v1/runs/${run.id}/approve`, { commit: run.commit });
    const { status, detail } = problem.parse(JSON.parse(answer.text));
    expect([status, detail]).toEqual([
      409,
      'pull request #7 is at def4567 now, so 0000000 was not approved; what is approved has to be its head',
    ]);
    expect(await approvals(people)).toEqual([]);
  }));

test('what acts on a job or run that is not there says so', () =>
  withPeople(async people => {
    const nobody = '0'.repeat(26);
    for (const path of [`jobs/job_${nobody}/cancel`, `jobs/job_${nobody}/rerun`, `runs/run_${nobody}/cancel`])
      expect([
        path,
        (await post(people, `/api/v1/${path}`, undefined, { headers: people.admin })).status,
      ]).toEqual([path, 404]);
    expect(people.logged.filter(({ level }) => level >= 50)).toEqual([]);
  }));

test('the system is shown to its administrator', () =>
  withPeople(async people => {
    await lease(people, await addJob(people, await addRun(people)));
    await addJob(people, await addRun(people));
    const system = systemView.parse(await parsed(people, '/api/v1/system'));
    expect(system).toMatchObject({ bus: 'connected', images: [{ name: 'debian-12', queued: 1, max: 2 }] });
  }));

test('HEAD answers as GET does, without the body', () =>
  withPeople(async people => {
    for (const path of ['/', '/api/v1/runs', '/healthz', '/assets/theme.js']) {
      const [head, get] = [await ask(people, path, { method: 'HEAD' }), await ask(people, path)];
      expect([path, head.status, head.text]).toEqual([path, 200, '']);
      expect(head.headers['content-length']).toBe(get.headers['content-length']);
      expect(head.headers['content-type']).toBe(get.headers['content-type']);
    }
  }));

test('an asset that has not changed is not sent again', () =>
  withPeople(async people => {
    const { headers } = await ask(people, '/assets/theme.js');
    const again = await ask(people, '/assets/theme.js', {
      headers: { 'if-none-match': headers.etag ?? '' },
    });
    expect(again).toMatchObject({ status: 304, text: '' });
  }));

test('an asset with its digest in its name is kept for good, and small where that is understood', () =>
  withPeople(async people => {
    const { text } = await ask(people, '/');
    const [path = ''] = /\/assets\/index\.[\w-]{8}\.js/.exec(text) ?? [];
    const [plain, small] = [
      await ask(people, path),
      await ask(people, path, { headers: { 'accept-encoding': 'gzip, br' } }),
    ];
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(small.headers['content-encoding']).toBe('gzip');
    expect(Number(small.headers['content-length'])).toBeLessThan(Number(plain.headers['content-length']) / 2);
  }));

test('each page permits its own style elements and nobody else’s', () =>
  withPeople(async people => {
    const nonces = new Set<string>();
    for (const path of ['/', '/', '/settings', '/jobs/nonsense']) {
      const { headers, text } = await ask(people, path);
      const [, nonce = ''] =
        /style-src 'self' 'nonce-([^']+)'/.exec(String(headers['content-security-policy'])) ?? [];
      expect(text).toContain(`<meta property="csp-nonce" nonce="${nonce}">`);
      expect(text).not.toMatch(/%\w+%/);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(4);
  }));

test('whether it is ready is its own question', async () => {
  await withPeople(async people => {
    const { status, text } = await ask(people, '/readyz');
    expect(status).toBe(200);
    const { parts } = readiness.parse(JSON.parse(text));
    expect(parts.map(({ part, isReady }) => [part, isReady])).toEqual([
      ['store', true],
      ['migrations', true],
      ['bus', true],
      ['brain', true],
    ]);
  });
  await withPeople(
    async people => {
      expect(await ask(people, '/healthz')).toMatchObject({ status: 200 });
      const answer = await ask(people, '/readyz');
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
      const { code, detail, parts } = JSON.parse(answer.text);
      expect([code, detail]).toEqual(['unavailable', 'the coordinator is not ready: NATS is not connected']);
      expect(parts.filter((each: { isReady: boolean }) => !each.isReady)).toEqual([
        { part: 'bus', isReady: false, trouble: 'NATS is not connected' },
      ]);
    },
    real => ({
      ...real,
      readiness: async () => partsOf({ store: true, migrations: true, bus: false, brain: true }),
    }),
  );
});
