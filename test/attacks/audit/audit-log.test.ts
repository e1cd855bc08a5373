/** The audit log is made to lie, to fill the disk, to tell a secret, or to leave something out. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { verifyAudit } from '#coordinator/audit/verify-chain.ts';
import { listAudit } from '#coordinator/store/audit.ts';
import type { StoreLocation } from '#coordinator/store/connect.ts';
import { openStore } from '#coordinator/store/store.ts';
import { auditVerdict } from '#shared/audit.ts';
import { limits } from '#shared/limits.ts';
import { keys } from '#test/contract/store/notes.ts';
import { ask } from '#test/support/people/ask.ts';
import { giveToken } from '#test/support/people/somebody.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { usePostgres } from '#test/support/with-postgres.ts';
import { attacksOn } from '../support/attack.ts';

const attack = attacksOn('audit log');
const postgres = usePostgres();

const post = (people: People, path: string, body?: object, headers: Record<string, string> = people.admin) =>
  ask(people, path, {
    method: 'POST',
    headers: body ? { 'content-type': 'application/json', ...headers } : headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

const tampering: [goal: string, statement: (db: People['store']) => Promise<unknown>][] = [
  [
    'another name is put into an entry',
    ({ write }) =>
      write(tx => tx.updateTable('audit_entry').set({ actor: 'kim' }).where('seq', '=', 2).execute()),
  ],
  [
    'an entry is taken out',
    ({ write }) => write(tx => tx.deleteFrom('audit_entry').where('seq', '=', 2).execute()),
  ],
  [
    'the newest entry is taken out',
    ({ write }) => write(tx => tx.deleteFrom('audit_entry').where('seq', '=', 3).execute()),
  ],
  [
    'two entries change places',
    ({ write }) =>
      write(async tx => {
        const move = (from: number, to: number) =>
          tx.updateTable('audit_entry').set({ seq: to }).where('seq', '=', from).execute();
        await move(2, 99);
        await move(3, 2);
        await move(99, 3);
      }),
  ],
];

for (const [goal, tamper] of tampering)
  attack(`${goal}, by whoever can write to the database`, 'insider', async () => {
    await withPeople(async people => {
      for (let n = 0; n < 3; n++) await post(people, '/api/v1/links');
      await tamper(people.store);
      const { text } = await ask(people, '/api/v1/audit/verify', { headers: people.admin });
      expect(auditVerdict.parse(JSON.parse(text)).broken?.seq).toBeGreaterThanOrEqual(2);
    });
    return 'the digests do not fit, and verify says from which entry on';
  });

attack('the disk is filled with what is refused, from one address', 'stranger', async () => {
  await withPeople(async people => {
    const refused = { headers: { authorization: `Bearer paddock_${'ab'.repeat(24)}` } };
    for (let n = 0; n < 10 * limits.auditRefusalsOfOne; n++) await ask(people, '/api/v1/hosts', refused);
    const entries = await listAudit(people.store.read, {}, { before: null, max: 9_999 });
    expect(entries).toHaveLength(limits.auditRefusalsOfOne);
  });
  return `${limits.auditRefusalsOfOne} entries an hour; the rest is a number`;
});

attack(
  'the disk is filled with what is refused, from addresses without number',
  'stranger',
  async () => {
    await withPeople(async people => {
      // The proxy on this computer says whom it speaks for.
      for (let n = 0; n < limits.auditRefusalsOfAll + 200; n++)
        await people.app.inject({
          url: '/api/v1/hosts',
          headers: { host: 'localhost', 'x-forwarded-for': `10.1.${n >> 8}.${n & 255}` },
        });
      const entries = await listAudit(people.store.read, {}, { before: null, max: 9_999 });
      expect(entries).toHaveLength(limits.auditRefusalsOfAll);
      expect(new Set(entries.map(({ address }) => address)).size).toBe(limits.auditRefusalsOfAll);
    });
    return `${limits.auditRefusalsOfAll} entries an hour; the rest is a number`;
  },
  60_000,
);

attack('a secret is read in the audit log', 'insider', async () => {
  await withPeople(async people => {
    const value = 'swordfish-4711';
    const place = { repository: 'acme/rocket', name: 'TOKEN' };
    const bad = await giveToken(people, { expiresAt: people.clock.now });
    const made = [
      await post(people, '/api/v1/secrets', { ...place, value }),
      await post(people, '/api/v1/secrets', { ...place, name: 'NO-NAME', value }),
      await post(people, '/api/v1/secrets', { ...place, value: `${value}-2` }, bad.headers),
      await post(people, '/api/v1/tokens/programs', { name: 'n', role: 'viewer', pattern: '*', days: 1 }),
      await post(people, '/api/v1/links'),
      await post(people, '/api/v1/hosts', { name: 'attic' }),
      await post(people, '/api/v1/runs', {
        repository: `https://kim:${value}@forge.example/acme/rocket.git`,
        commit: 'a'.repeat(40),
        command: `deploy --password ${value}`,
      }),
      await ask(people, `/api/v1/hosts?token=${value}`, { headers: bad.headers }),
      await ask(people, '/api/v1/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ link: value }),
      }),
      await post(people, '/api/v1/secrets/rotate-key'),
    ];
    const [, , , token, link, host] = made.map(({ text }) => text);
    const secrets = [
      value,
      Buffer.from(value).toString('base64').slice(0, 16),
      String(JSON.parse(token ?? '').token),
      new URL(JSON.parse(link ?? '').url).hash.slice(1),
      String(JSON.parse(host ?? '').token),
      bad.text,
      people.admin.authorization.slice('Bearer '.length),
    ];
    const entries = await listAudit(people.store.read, {}, { before: null, max: 99 });
    expect(entries.length).toBeGreaterThanOrEqual(8);
    const all = JSON.stringify(entries);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(8);
      expect(all).not.toContain(secret);
    }
  });
  return 'what was done, and none of the values, tokens and links';
});

/** Kills whoever acts, in the middle; all that was changed has its entry, and the other way round. */
async function killInTheMiddle(location: StoreLocation): Promise<void> {
  const program = path.join(import.meta.dirname, 'programs/acts-forever.ts');
  let answered = 0;
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, [program, JSON.stringify(location), String(round * 1_000)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    let lines = 0;
    for await (const _ of createInterface(child.stdout)) {
      lines += 1;
      if (lines === 15 + round) child.kill('SIGKILL');
    }
    await ended;
    answered += lines;
  }
  const store = await openStore(location);
  try {
    const entries = await listAudit(store.read, {}, { before: null, max: 9_999 });
    expect(entries.map(({ subject }) => subject).sort()).toEqual((await keys(store.read)).sort());
    expect(entries.length).toBeGreaterThanOrEqual(answered);
    expect(await verifyAudit(store.read, null)).toMatchObject({ entries: entries.length, broken: null });
  } finally {
    await store.close();
  }
}

attack('something is done without an entry, by a crash between the two (SQLite)', 'insider', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'paddock-audit-'));
  try {
    await killInTheMiddle({ type: 'sqlite', file: path.join(dir, 'paddock.db') });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return 'every change has its entry, and every entry its change';
});

attack('something is done without an entry, by a crash between the two (PostgreSQL)', 'insider', async () => {
  await killInTheMiddle({ type: 'postgres', url: await postgres.createDatabase() });
  return 'every change has its entry, and every entry its change';
});
