/** The inventory of credentials: all that is in force, none of their values, and nothing without an end but root keys. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hashJoinToken, makeJoinToken } from '#coordinator/access/join-tokens.ts';
import { examineKeys } from '#coordinator/setup/doctor/keys.ts';
import { enrolHost, insertJoinToken } from '#coordinator/store/hosts.ts';
import { bindMachineKey, insertMachine } from '#coordinator/store/machines.ts';
import {
  type CredentialView,
  credentialKindNames,
  credentialKinds,
  credentialsView,
  isRootKey,
  lastsText,
} from '#shared/credentials.ts';
import { manifest } from '#test/contract/store/sample-rows.ts';
import { ask } from '#test/support/people/ask.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { sessionCookie } from '#test/support/people/sign-in.ts';
import { giveToken, signInAs } from '#test/support/people/somebody.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

async function inventory(people: People): Promise<CredentialView[]> {
  const { text, status } = await ask(people, '/api/v1/credentials', { headers: people.admin });
  expect(status).toBe(200);
  return credentialsView.parse(JSON.parse(text)).credentials;
}

/** One of as many kinds as there are without GitHub and TLS. @returns all of their secrets. */
async function fill(people: People): Promise<string[]> {
  const { clock, store } = people;
  const repository = await addRepository(people);
  const job = await addJob(people, await addRun(people, {}, repository));
  await lease(people, job);
  const kim = await signInAs(people, 'kim', { 'acme/rocket': 'maintainer' });
  const { value } = await sessionCookie(people);
  const token = await giveToken(people, { role: 'contributor' });
  const link = people.makeLink();
  const joined = makeJoinToken(clock.now);
  const open = makeJoinToken(clock.now);
  await store.write(async tx => {
    await insertJoinToken(tx, { hash: open.hash, hostName: 'cellar', expiresAt: open.expiresAt });
    const used = { hash: hashJoinToken(joined.token), hostName: 'attic', expiresAt: joined.expiresAt };
    await insertJoinToken(tx, used);
    const host = await enrolHost(tx, { ...used, usedBy: null }, 'UATTIC', clock.now);
    if (!host) throw new Error('the host was let in');
    const facts = { image: 'debian-12', manifest, hostId: host.id, expiresAt: clock.now + 3_600_000 };
    await insertMachine(tx, facts, clock.now);
    const { id } = await insertMachine(tx, facts, clock.now);
    await bindMachineKey(tx, id, 'UGUEST');
  });
  return [
    token.text,
    open.token,
    value,
    kim.headers.cookie.split('=')[1] ?? '',
    new URL(link).hash.slice(1),
    people.admin.authorization.slice('Bearer '.length),
  ];
}

test('every kind that is in force is listed with its holder, its end and how it is taken back, and no value', () =>
  withPeople(async people => {
    const secrets = await fill(people);
    const all = await inventory(people);
    const kinds = new Set(all.map(({ kind }) => kind));
    for (const kind of [
      ...(['admin-token', 'signing-key', 'webhook-secret', 'github-token', 'session', 'api-token'] as const),
      ...(['one-time-link', 'join-token', 'host-login', 'image-token', 'attempt-token'] as const),
      ...(['machine-login', 'boot-ticket'] as const),
    ])
      expect([kind, kinds.has(kind)]).toEqual([kind, true]);
    for (const { name, holder, scope, revoked } of all)
      expect([name, holder && scope && revoked ? 'whole' : 'something is missing']).toEqual([name, 'whole']);
    const text = JSON.stringify(all);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(16);
      expect(text).not.toContain(secret);
    }
    expect(all.find(({ kind }) => kind === 'api-token')).toMatchObject({
      ...{ holder: 'program nightly', scope: 'contributor of acme/*' },
      revoked: expect.stringMatching(/^paddock token revoke tok_/),
    });
  }));

test('nothing is without an end but root keys, in the list of kinds and in what is in force', () =>
  withPeople(async people => {
    const roots = credentialKindNames.filter(isRootKey);
    expect(roots).toEqual([
      ...['admin-token', 'signing-key', 'secrets-key', 'nats-key', 'tls-authority', 'webhook-secret'],
      ...['github-key', 'github-token', 'sign-in-secret', 'database-login', 'trace-header'],
      'job-secret',
    ]);
    for (const kind of credentialKindNames) {
      expect(lastsText(kind)).not.toBe('');
      const { lastsMs } = credentialKinds[kind];
      if (lastsMs !== null) expect(lastsMs).toBeGreaterThan(0);
    }
    await fill(people);
    for (const { kind, name, expiresAt } of await inventory(people))
      expect([kind, name, expiresAt === null]).toEqual([kind, name, isRootKey(kind)]);
  }));

test('what has ended or was taken back is in force no more', () =>
  withPeople(async people => {
    await fill(people);
    people.clock.now += 400 * 86_400_000;
    const left = (await inventory(people)).filter(({ kind }) => !isRootKey(kind));
    const kinds = new Set(left.map(({ kind }) => kind));
    for (const kind of ['session', 'api-token', 'one-time-link', 'join-token'] as const)
      expect([kind, kinds.has(kind)]).toEqual([kind, false]);
  }));

test('files with keys are of mode 0600, and one that is not is said to be too open, by doctor too', () =>
  withPeople(async people => {
    const files = (await inventory(people)).flatMap(({ file }) => file ?? []);
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const file of files) expect(file).toMatchObject({ mode: '600', isTooOpen: false });
    const [first] = files;
    if (!first) throw new Error('there is a file');
    await chmod(first.path, 0o640);
    const found = (await inventory(people)).find(({ file }) => file?.path === first.path);
    expect(found?.file).toMatchObject({ mode: '640', isTooOpen: true });
    const dataDir = path.dirname(first.path);
    const config = {
      ...{ dataDir, secretOrigins: [], secrets: { key: null, oldKeys: [] } },
    } as unknown as Parameters<typeof examineKeys>[0];
    expect(await examineKeys(config)).toMatchObject([
      { state: 'bad', text: `${first.path} is too open: its mode is 640`, remedy: `chmod 600 ${first.path}` },
    ]);
    await chmod(first.path, 0o600);
    await mkdir(path.join(dataDir, 'nats'), { mode: 0o755 });
    await chmod(path.join(dataDir, 'nats'), 0o755);
    expect(await examineKeys(config)).toMatchObject([
      { state: 'warning', remedy: expect.stringContaining('700') },
    ]);
    await chmod(path.join(dataDir, 'nats'), 0o700);
    await writeFile(path.join(dataDir, 'nats', 'keys.json'), '{}', { mode: 0o600 });
    expect(await examineKeys(config)).toMatchObject([{ state: 'good' }]);
    expect(await readFile(first.path, 'utf8')).toContain('admin_');
  }));

test('only an administrator of the coordinator sees it', () =>
  withPeople(async people => {
    const owner = await giveToken(people, { role: 'admin', pattern: 'acme/*' });
    expect((await ask(people, '/api/v1/credentials')).status).toBe(401);
    expect((await ask(people, '/api/v1/credentials', { headers: owner.headers })).status).toBe(403);
  }));
