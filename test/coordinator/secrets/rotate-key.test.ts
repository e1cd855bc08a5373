/** Another root key: nothing is lost, whoever is killed where. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readKeys } from '#coordinator/secrets/plain-keys.ts';
import { listRootsInUse } from '#coordinator/store/secrets.ts';
import { limits } from '#shared/limits.ts';
import { lease, openSecretsLab, secret } from './support/secrets-lab.ts';

const keysIn = async (file: string) => readKeys(await readFile(file, 'utf8'), file).length;

test('every secret hangs on the new key afterwards, opens as before, and the old key is gone', async () => {
  const lab = await openSecretsLab();
  const secrets = lab.open();
  const names = Array.from({ length: limits.rotationBatch + 5 }, (_, n) => `S_${n}`);
  for (const name of names) await secrets.set(secret({ name, value: `value of ${name}` }), 'kim');
  const [before] = await listRootsInUse(lab.store.read);
  const { fingerprint, rotated, message } = await secrets.rotate('robin');
  expect([rotated, fingerprint === before?.root]).toEqual([names.length, false]);
  expect(message).toContain(`nothing needs ${before?.root} any more`);
  expect(await listRootsInUse(lab.store.read)).toEqual([{ root: fingerprint, count: names.length }]);
  expect(await keysIn(lab.ownKey)).toBe(1);
  expect((await secrets.log({ limit: 1 }))[0]).toMatchObject({ type: 'rotated', by: 'robin' });
  const { variables } = await lab.open().give(lease());
  expect(variables).toEqual(Object.fromEntries(names.map(name => [name, `value of ${name}`])));
});

test('killed in the middle, both keys open; the next start goes on with the same new key, and ends it', async () => {
  const lab = await openSecretsLab();
  const secrets = lab.open();
  for (let n = 0; n <= limits.rotationBatch; n++) await secrets.set(secret({ name: `S_${n}` }), 'kim');
  const write = lab.store.write;
  let writes = 0;
  lab.store.write = async act => {
    if (writes++ > 0) throw new Error('killed');
    return write(act);
  };
  await expect(secrets.rotate('kim')).rejects.toThrow('killed');
  lab.store.write = write;
  expect((await listRootsInUse(lab.store.read)).map(({ count }) => count).sort()).toEqual([
    1,
    limits.rotationBatch,
  ]);
  expect(await keysIn(lab.ownKey)).toBe(2);
  const killedAt = await readFile(lab.ownKey, 'utf8');

  const next = lab.open();
  expect(Object.keys((await next.give(lease())).variables)).toHaveLength(limits.rotationBatch + 1);
  expect(await next.lookAtKeys()).toBeNull();
  expect(await listRootsInUse(lab.store.read)).toHaveLength(1);
  expect(`${await readFile(lab.ownKey, 'utf8')}`).toBe(`${killedAt.split('\n')[0]}\n`);
  expect(Object.keys((await lab.open().give(lease())).variables)).toHaveLength(limits.rotationBatch + 1);
});

test('from a key of one kind to another; what nobody can open stays, and is said', async () => {
  const lab = await openSecretsLab();
  const lost = { env: 'LOST', value: Buffer.alloc(32, 9).toString('hex') };
  const next = { env: 'NEXT', value: Buffer.alloc(32, 3).toString('hex') };
  await lab.open().set(secret(), 'kim');
  await lab.open({ key: lost }).set(secret({ name: 'ORPHAN' }), 'kim');
  const answer = await lab.open({ key: next }).rotate('kim');
  expect(answer.rotated).toBe(1);
  expect(answer.message).toContain('1 could not be opened: secret ORPHAN of acme/rocket needs the root key');
  expect((await lab.open({ key: next, oldKeys: [lost] }).rotate('kim')).rotated).toBe(1);
  expect(Object.keys((await lab.open({ key: next }).give(lease())).variables)).toHaveLength(2);
});

test('asked for twice at a time it is done once', async () => {
  const lab = await openSecretsLab();
  const secrets = lab.open();
  await secrets.set(secret(), 'kim');
  const [one, other] = await Promise.all([secrets.rotate('kim'), secrets.rotate('robin')]);
  expect(one.fingerprint).toBe(other.fingerprint);
  expect(await secrets.log({ limit: 9 })).toHaveLength(2);
});
