/** What people do leaves an entry: who, by which way, from where, what, and how it was before. */
import { expect, test } from 'vitest';
import { auditedActs, questions } from '#coordinator/http/audited-acts.ts';
import { type AuditEntry, acts, auditPage, auditVerdict } from '#shared/audit.ts';
import { limits } from '#shared/limits.ts';
import { type Ask, ask } from '#test/support/people/ask.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { sessionCookie } from '#test/support/people/sign-in.ts';
import { giveToken, signInAs } from '#test/support/people/somebody.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const post = (people: People, path: string, body?: object, headers: Record<string, string> = people.admin) =>
  ask(people, path, {
    method: 'POST',
    headers: body ? { 'content-type': 'application/json', ...headers } : headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

/** Oldest first. */
async function entries(people: People, query = ''): Promise<AuditEntry[]> {
  const { text } = await ask(people, `/api/v1/audit${query}`, { headers: people.admin });
  return auditPage.parse(JSON.parse(text)).items.reverse();
}

test('each act has an entry with who, from where, how it was and how it became', () =>
  withPeople(async people => {
    const place = { repository: 'acme/rocket', name: 'TOKEN' };
    const cli = { ...people.admin, 'x-paddock-client': 'cli' };
    await post(people, '/api/v1/secrets', { ...place, value: 'swordfish', images: ['debian-*'] }, cli);
    await post(people, '/api/v1/secrets', { ...place, value: 'swordfish 2', form: 'file' });
    await post(people, '/api/v1/people/grants', { login: 'octocat', pattern: 'acme/*', role: 'viewer' });
    await post(people, '/api/v1/people/grants', { login: 'Octocat', pattern: 'acme/*', role: 'admin' });
    await post(people, '/api/v1/pools/debian-12/scale', { max: 1 });
    await post(people, '/api/v1/pools/debian-12/scale', { warm: 9, max: 1 });
    await post(people, '/api/v1/links');
    const admin = { kind: 'admin-token', name: 'the administrator', id: null };
    expect(await entries(people)).toMatchObject([
      {
        ...{ act: 'secret.set', outcome: 'done', actor: admin, way: 'cli', address: '127.0.0.1' },
        ...{ repository: 'acme/rocket', subject: 'acme/rocket TOKEN', before: null },
        after: { images: ['debian-*'], version: 1 },
      },
      {
        ...{ act: 'secret.set', way: 'api', before: { version: 1, form: 'variable', images: ['debian-*'] } },
        after: { form: 'file', version: 2 },
      },
      { act: 'role.grant', subject: 'octocat acme/*', before: null, after: { role: 'viewer' } },
      { act: 'role.grant', before: { role: 'viewer' }, after: { role: 'admin' } },
      { act: 'pool.scale', subject: 'debian-12', before: { max: 2, isPaused: false }, after: { max: 1 } },
      // What cannot be done is not done, and the link is no row.
      { act: 'link.create', actor: admin },
    ]);
  }));

test('of two that change the same at once, the second is told to have found what the first had made', () =>
  withPeople(async people => {
    const give = (role: string) =>
      post(people, '/api/v1/people/grants', { login: 'octocat', pattern: 'acme/*', role });
    const scale = (max: number) => post(people, '/api/v1/pools/debian-12/scale', { max });
    const answers = await Promise.all([
      give('viewer'),
      give('admin'),
      give('maintainer'),
      scale(3),
      scale(4),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const [first, second, third] = await entries(people, '?act=role.grant');
    expect([first?.before, second?.before, third?.before]).toEqual([
      null,
      { role: first?.after?.role },
      { role: second?.after?.role },
    ]);
    const [wide, wider] = await entries(people, '?act=pool.scale');
    expect([wide?.before?.max, wider?.before?.max]).toEqual([2, wide?.after?.max]);
  }));

test('people, programs, browsers and their sign-ins are told apart', () =>
  withPeople(async people => {
    const repository = await addRepository(people);
    const run = await addRun(people, {}, repository);
    const job = await addJob(people, run);
    const kim = await signInAs(people, 'kim', { 'acme/rocket': 'maintainer' });
    const program = await giveToken(people, { role: 'contributor', pattern: 'acme/rocket' });
    await post(people, `/api/v1/jobs/${job.id}/cancel`, undefined, kim.headers);
    await post(people, `/api/v1/jobs/${job.id}/rerun`, undefined, program.headers);
    await post(people, `/api/v1/jobs/${job.id}/rerun`, undefined, program.headers);
    await ask(people, '/api/v1/session', { method: 'DELETE', headers: kim.headers });
    await sessionCookie(people);
    expect(await entries(people)).toMatchObject([
      {
        ...{ act: 'session.sign-in', actor: { kind: 'person', name: 'kim', id: kim.person.id } },
        after: { id: expect.stringMatching(/^ses_/), browser: 'a browser' },
      },
      {
        ...{ act: 'job.cancel', way: 'web', repository: 'acme/rocket', subject: job.id },
        ...{ actor: { kind: 'person', name: 'kim' }, before: { image: 'debian-12', standing: 'queued' } },
      },
      {
        ...{ act: 'job.rerun', way: 'api', before: { standing: 'cancelled' } },
        actor: { kind: 'token', name: 'program nightly', id: program.token.id },
      },
      { act: 'session.sign-out', subject: expect.stringMatching(/^ses_/), actor: { name: 'kim' } },
      { act: 'session.sign-in', actor: { kind: 'link', name: 'the administrator' } },
    ]);
    expect(await entries(people, '?actor=KIM&act=job')).toHaveLength(1);
    expect(await entries(people, `?actor=${program.token.id}&repository=Acme/Rocket`)).toHaveLength(1);
  }));

test('what is refused is written with the reason, reading too; what is read is not', () =>
  withPeople(async people => {
    const viewer = await giveToken(people, { role: 'viewer', pattern: '*' });
    const over = await giveToken(people, { expiresAt: people.clock.now, name: 'old' });
    await ask(people, '/api/v1/hosts?a=secret', { headers: viewer.headers });
    await ask(people, '/api/v1/hosts', { headers: people.admin });
    await post(people, '/api/v1/hosts/attic/drain', undefined, viewer.headers);
    await ask(people, '/api/v1/runs', { headers: over.headers });
    await ask(people, '/api/v1/runs', { headers: { host: 'evil.example' } });
    expect(await entries(people, '?outcome=refused')).toMatchObject([
      { act: 'read', subject: 'GET /api/v1/hosts', code: 'missing-permission', actor: { kind: 'token' } },
      { act: 'host.drain', subject: 'attic', code: 'missing-permission' },
      { act: 'token.refuse', code: 'expired-token', actor: { kind: 'token', id: over.token.id } },
      { act: 'read', code: 'foreign-request' },
    ]);
    expect(await entries(people)).toHaveLength(4);
  }));

test('the log is read in pages, verified, and taken away, which is written', () =>
  withPeople(async people => {
    for (let n = 0; n < 5; n++) await post(people, '/api/v1/links');
    const get = async (path: string) => (await ask(people, path, { headers: people.admin })).text;
    const first = auditPage.parse(JSON.parse(await get('/api/v1/audit?max=3')));
    const second = auditPage.parse(JSON.parse(await get(`/api/v1/audit?max=3&before=${first.next}`)));
    expect([first, second].map(({ items }) => items.map(({ seq }) => seq))).toEqual([
      [5, 4, 3],
      [2, 1],
    ]);
    expect(second.next).toBe(null);
    const exported = (await get('/api/v1/audit/export?act=link')).trim().split('\n');
    expect(exported.map(line => JSON.parse(line).seq)).toEqual([1, 2, 3, 4, 5]);
    const verdict = auditVerdict.parse(JSON.parse(await get('/api/v1/audit/verify')));
    expect(verdict).toMatchObject({ entries: 6, first: 1, last: 6, broken: null });
    const seen = auditVerdict.parse(JSON.parse(await get(`/api/v1/audit/verify?known=6:${'0'.repeat(64)}`)));
    expect(seen.broken).toMatchObject({ seq: 6 });
    expect((await entries(people)).at(-1)).toMatchObject({ act: 'audit.export' });
  }));

test('only an administrator of the coordinator reads it', () =>
  withPeople(async people => {
    const owner = await giveToken(people, { role: 'admin', pattern: 'acme/*' });
    for (const path of ['/api/v1/audit', '/api/v1/audit/verify', '/api/v1/audit/export']) {
      expect((await ask(people, path)).status).toBe(401);
      expect((await ask(people, path, { headers: owner.headers })).status).toBe(403);
    }
  }));

test('what cannot be written down is not done: a link that no row tells of is not given out', () =>
  withPeople(
    async people => {
      const answer = await post(people, '/api/v1/links');
      expect(answer.status).toBe(503);
      expect(answer.text).not.toContain('sign-in');
      // Who is refused is refused all the same.
      expect((await ask(people, '/api/v1/hosts')).status).toBe(401);
    },
    real => ({
      ...real,
      audit: {
        ...real.audit,
        recordAct: async () => Promise.reject(Object.assign(new Error('full'), { code: 'disk-full' })),
        refused: async () => Promise.reject(Object.assign(new Error('full'), { code: 'disk-full' })),
      },
    }),
  ));

test('an act that failed after its change was written has a second entry', () =>
  withPeople(
    async people => {
      expect((await post(people, '/api/v1/pools/debian-12/pause')).status).toBe(500);
      expect(await entries(people)).toMatchObject([
        { act: 'pool.pause', outcome: 'done', after: { isPaused: true } },
        { act: 'pool.pause', outcome: 'failed', code: 'failed' },
      ]);
    },
    real => ({
      ...real,
      async changePool(image, verb) {
        await real.changePool(image, verb);
        throw new Error('out of luck');
      },
    }),
  ));

test('a route that changes something and has no line in the table is not built', () =>
  withPeople(async people => {
    const { doors } = people.app;
    const changing = doors.filter(
      ({ method, needs }) => !['GET', 'HEAD', 'OPTIONS'].includes(method) && !('everybody' in needs),
    );
    const lines = [...Object.keys(auditedActs), ...questions];
    for (const { method, url } of changing) expect(lines).toContain(`${method} ${url}`);
    // Nor is there a line for what is not there.
    const all = doors.map(({ method, url }) => `${method} ${url}`);
    for (const line of lines) expect(all).toContain(line);
    for (const { act } of Object.values(auditedActs)) expect(Object.keys(acts)).toContain(act);
  }));

test('refusals beyond the first few of one actor are counted', () =>
  withPeople(async people => {
    const refused: Ask = { headers: { authorization: 'Bearer paddock_nonsense' } };
    for (let n = 0; n < limits.auditRefusalsOfOne + 7; n++) await ask(people, '/api/v1/runs', refused);
    expect(await entries(people)).toHaveLength(limits.auditRefusalsOfOne);
    people.clock.now += limits.auditRefusalsMs;
    await people.audit.tidy();
    expect((await entries(people)).at(-1)).toMatchObject({
      ...{ act: 'audit.skip', after: { refusals: 7, actors: 1 } },
    });
  }));
