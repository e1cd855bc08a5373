import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { limits } from '#shared/limits.ts';
import { lease, openSecretsLab, secret } from './support/secrets-lab.ts';

test('a value that is set is given to a trusted job, and is nowhere in the database', async () => {
  const lab = await openSecretsLab();
  const secrets = lab.open();
  const { secret: saved, warnings } = await secrets.set(secret(), 'kim');
  expect(saved).toMatchObject({ repository: 'acme/rocket', name: 'TOKEN', version: 1, setBy: 'kim' });
  expect(warnings).toEqual([]);
  await secrets.set(secret({ name: 'KEY', form: 'file', value: 'battery staple' }), 'kim');
  expect(await secrets.give(lease())).toEqual({
    variables: { TOKEN: 'correct horse' },
    files: { KEY: 'battery staple' },
    withheld: [],
  });
  expect(await secrets.give(lease({ isTrusted: false }))).toEqual({ variables: {}, files: {}, withheld: [] });
  await lab.store.close();
  for (const file of ['paddock.db', 'paddock.db-wal']) {
    const bytes = await readFile(`${lab.dir}/${file}`).catch(() => Buffer.alloc(0));
    for (const text of ['correct horse', 'battery', Buffer.from('correct horse').toString('base64')])
      expect(bytes.includes(text)).toBe(false);
  }
});

test('who was given which version is noted before it is given, once for an attempt', async () => {
  const lab = await openSecretsLab();
  const secrets = lab.open();
  await secrets.set(secret(), 'kim');
  await secrets.set(secret({ value: 'another horse' }), 'robin');
  const [first, second] = [lease(), lease()];
  lab.clock.now += 1_000;
  for (const each of [first, first, second]) await secrets.give(each);
  await secrets.remove({ repository: 'acme/rocket', stage: '', name: 'TOKEN' }, 'kim');
  const log = await secrets.log({ limit: 9 });
  expect(log.map(({ type, version, by, attempt }) => [type, version, by, attempt])).toEqual([
    ['removed', 2, 'kim', null],
    ['given', 2, null, second.attempt],
    ['given', 2, null, first.attempt],
    ['set', 2, 'robin', null],
    ['set', 1, 'kim', null],
  ]);
  const { job, run, image, host } = first;
  expect(log[2]).toMatchObject({ job, run, image, host: { id: host, name: null } });
  expect(JSON.stringify(log)).not.toContain('horse');
});

test('an older value is gone with the one after it; a removed one is not given, and comes back as a later version', async () => {
  const lab = await openSecretsLab();
  const secrets = lab.open();
  await secrets.set(secret(), 'kim');
  await secrets.set(secret({ value: 'another horse' }), 'kim');
  expect((await secrets.give(lease())).variables).toEqual({ TOKEN: 'another horse' });
  const place = { repository: 'acme/rocket', stage: '', name: 'TOKEN' } as const;
  await secrets.remove(place, 'kim');
  expect((await secrets.give(lease())).variables).toEqual({});
  await expect(secrets.show(place)).rejects.toMatchObject({ code: 'unknown-secret' });
  await expect(secrets.remove(place, 'kim')).rejects.toMatchObject({ code: 'unknown-secret' });
  expect((await secrets.set(secret(), 'kim')).secret.version).toBe(3);
  expect((await secrets.show(place)).log).toHaveLength(5);
});

describe('without its key', () => {
  test('a secret is not given, a new key is not made in its place, and the sentence names the one that is needed', async () => {
    const lab = await openSecretsLab();
    const { secret: saved } = await lab.open().set(secret(), 'kim');
    const key = await readFile(lab.ownKey, 'utf8');
    await rm(lab.ownKey);
    const secrets = lab.open();
    expect(await secrets.lookAtKeys()).toContain(
      `secrets need the root key ${saved.rootKey}, and nobody here has it`,
    );
    await expect(secrets.give(lease())).rejects.toMatchObject({
      code: 'secret-key-missing',
      message: expect.stringContaining(saved.rootKey),
    });
    await expect(secrets.set(secret({ name: 'OTHER' }), 'kim')).rejects.toMatchObject({
      code: 'secret-key-unusable',
    });
    await expect(stat(lab.ownKey)).rejects.toThrow('ENOENT');
    expect(await secrets.list()).toMatchObject({
      rootKey: { fingerprint: null, missing: [saved.rootKey], problem: { code: 'secret-key-unusable' } },
    });
    await writeFile(lab.ownKey, key, { mode: 0o600 });
    // The same coordinator: nobody has to start it again.
    expect(await secrets.lookAtKeys()).toBeNull();
    expect((await secrets.give(lease())).variables).toEqual({ TOKEN: 'correct horse' });
  });

  test('a wrong key is told from a missing one', async () => {
    const lab = await openSecretsLab();
    const { secret: saved } = await lab.open().set(secret(), 'kim');
    await writeFile(lab.ownKey, `${Buffer.alloc(32, 7).toString('base64')}\n`);
    const { rootKey } = await lab.open().list();
    expect(rootKey).toMatchObject({ missing: [saved.rootKey], problem: null });
    expect(rootKey.fingerprint).not.toBe(saved.rootKey);
  });
});

test('more than one job can be given is refused as a whole', async () => {
  const lab = await openSecretsLab();
  const secrets = lab.open();
  for (let n = 0; n <= limits.secretsOfJobBytes / limits.secretBytes; n++)
    await secrets.set(secret({ name: `BIG_${n}`, value: 'x'.repeat(limits.secretBytes) }), 'kim');
  await expect(secrets.give(lease())).rejects.toMatchObject({ code: 'secrets-too-large' });
  expect(await secrets.log({ limit: 99 })).not.toContainEqual(expect.objectContaining({ type: 'given' }));
});

test('a row that was changed by hand opens nothing', async () => {
  const lab = await openSecretsLab();
  const secrets = lab.open();
  await secrets.set(secret(), 'kim');
  await secrets.set(secret({ name: 'OTHER', value: 'another horse' }), 'kim');
  await lab.store.write(async tx => {
    const { sealed, wrapped } = await tx
      .selectFrom('secret')
      .select(['sealed', 'wrapped'])
      .where('name', '=', 'OTHER')
      .executeTakeFirstOrThrow();
    await tx.updateTable('secret').set({ sealed, wrapped }).where('name', '=', 'TOKEN').execute();
  });
  await expect(lab.open().give(lease())).rejects.toMatchObject({ code: 'secret-damaged' });
});

test('one scope holds a bounded number; replacing one is no new one', async () => {
  const lab = await openSecretsLab();
  const secrets = lab.open();
  for (let n = 0; n < limits.secretsPerScope; n++) await secrets.set(secret({ name: `S${n}` }), 'kim');
  await expect(secrets.set(secret({ name: 'ONE_MORE' }), 'kim')).rejects.toMatchObject({
    code: 'secret-refused',
  });
  expect((await secrets.set(secret({ name: 'S0' }), 'kim')).secret.version).toBe(2);
});
