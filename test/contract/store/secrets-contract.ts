import { describe, expect, it } from 'vitest';
import { newId } from '#coordinator/store/new-id.ts';
import {
  forgetSecretLog,
  lastGivenKey,
  listLastGiven,
  listSecretLog,
  logSecretChange,
  logSecretsGiven,
} from '#coordinator/store/secret-log.ts';
import {
  countSecrets,
  findSecret,
  findSecretVersion,
  listRootsInUse,
  listSecrets,
  listSecretsFor,
  removeSecret,
  rewrapSecret,
  type StoredSecret,
  saveSecret,
} from '#coordinator/store/secrets.ts';
import { type OpenBench, useStore } from './bench.ts';
import { at } from './sample-rows.ts';

const secretOf = (facts: Partial<StoredSecret> = {}): StoredSecret => ({
  ...{ scope: 'acme/rocket', stage: '', name: 'TOKEN', form: 'variable', images: ['debian-*'] },
  ...{ labels: { site: 'berlin' }, version: 1, setBy: 'kim', setAt: at },
  envelope: { root: 'first', wrapped: 'wrapped', sealed: 'sealed' },
  ...facts,
});
const recipient = () => ({
  ...{ attempt: newId.attempt(), job: newId.job(), run: newId.run(), image: 'debian-12', host: newId.host() },
});

export function describeSecrets(name: string, openBench: OpenBench): void {
  describe(`${name}: secrets`, () => {
    const lab = useStore(openBench);
    const save = (...secrets: StoredSecret[]) =>
      lab.store.write(async tx => {
        for (const secret of secrets) expect(await saveSecret(tx, secret)).toBe(true);
      });

    it('are read as they were kept, and found for their repository and organisation only', async () => {
      const whole = secretOf({ scope: 'acme/*', form: 'file', images: [], labels: {} });
      const merge = secretOf({ stage: 'on-merge' });
      await save(secretOf(), whole, merge, secretOf({ scope: 'acme/other' }), secretOf({ scope: 'acm/*' }));
      expect(await findSecret(lab.store.read, secretOf())).toEqual(secretOf());
      const found = await listSecretsFor(lab.store.read, 'Acme/Rocket');
      expect(found).toHaveLength(3);
      expect(found).toEqual(expect.arrayContaining([secretOf(), whole, merge]));
      expect(await listSecrets(lab.store.read)).toHaveLength(5);
      expect(await countSecrets(lab.store.read, 'acme/rocket')).toBe(2);
    });

    it('count their versions, and only the next one takes the place of the last', async () => {
      const envelope = { root: 'first', wrapped: 'other', sealed: 'other' };
      await save(secretOf());
      const write = (secret: StoredSecret) => lab.store.write(tx => saveSecret(tx, secret));
      expect(await write(secretOf({ envelope }))).toBe(false);
      expect(await write(secretOf({ version: 3, envelope }))).toBe(false);
      expect(await write(secretOf({ version: 2, envelope }))).toBe(true);
      expect(await findSecret(lab.store.read, secretOf())).toEqual(secretOf({ version: 2, envelope }));
    });

    it('that are removed have no value, are in no list, and go on counting when they come again', async () => {
      await save(secretOf());
      expect(await lab.store.write(tx => removeSecret(tx, secretOf()))).toBe(true);
      expect(await lab.store.write(tx => removeSecret(tx, secretOf()))).toBe(false);
      expect(await lab.bench.outside('select root, wrapped, sealed from secret')).toEqual([
        { root: null, wrapped: null, sealed: null },
      ]);
      expect(await listSecrets(lab.store.read)).toEqual([]);
      expect(await listSecretsFor(lab.store.read, 'acme/rocket')).toEqual([]);
      expect(await findSecretVersion(lab.store.read, secretOf())).toBe(1);
      await save(secretOf({ version: 2 }));
      expect(await countSecrets(lab.store.read, 'acme/rocket')).toBe(1);
    });

    it('are hung on another root key, unless they were changed meanwhile', async () => {
      const newer = { root: 'first', wrapped: 'newer', sealed: 'newer' };
      await save(secretOf(), secretOf({ name: 'OTHER' }));
      expect(await listRootsInUse(lab.store.read)).toEqual([{ root: 'first', count: 2 }]);
      const next = { root: 'second', wrapped: 'anew' };
      await save(secretOf({ version: 2, envelope: newer }));
      expect(await lab.store.write(tx => rewrapSecret(tx, secretOf(), next))).toBe(false);
      expect(await lab.store.write(tx => rewrapSecret(tx, secretOf({ name: 'OTHER' }), next))).toBe(true);
      expect(await findSecret(lab.store.read, secretOf({ name: 'OTHER' }))).toMatchObject({
        envelope: { ...next, sealed: 'sealed' },
      });
      expect(await listRootsInUse(lab.store.read)).toEqual([
        { root: 'first', count: 1 },
        { root: 'second', count: 1 },
      ]);
    });

    it('are noted with who changed them and who was given them, once for each attempt', async () => {
      const to = recipient();
      await lab.store.write(async tx => {
        await logSecretChange(tx, { ...secretOf(), at, type: 'set', by: 'kim' });
        await logSecretsGiven(tx, [secretOf(), secretOf({ name: 'OTHER' })], to, at + 1);
        await logSecretsGiven(tx, [secretOf()], to, at + 2);
      });
      const rows = await listSecretLog(lab.store.read, { scope: 'acme/rocket', name: 'TOKEN' }, 9);
      expect(rows).toMatchObject([
        { at: at + 1, type: 'given', by: null, to, version: 1 },
        { at, type: 'set', by: 'kim', to: null },
      ]);
      expect(await listSecretLog(lab.store.read, {}, 2)).toHaveLength(2);
      const last = await listLastGiven(lab.store.read);
      expect(last.get(lastGivenKey(secretOf()))).toEqual({
        at: at + 1,
        job: to.job,
        run: to.run,
        image: to.image,
      });
      expect(last.size).toBe(2);
    });

    it('leave a log that is bounded by age and by number', async () => {
      await lab.store.write(async tx => {
        for (let n = 0; n < 6; n++)
          await logSecretChange(tx, { ...secretOf(), at: at + n, type: 'set', by: `${n}` });
        await forgetSecretLog(tx, at + 2, 10);
      });
      const by = async () => (await listSecretLog(lab.store.read, {}, 9)).map(row => row.by);
      expect(await by()).toEqual(['5', '4', '3', '2']);
      await lab.store.write(tx => forgetSecretLog(tx, at, 3));
      expect(await by()).toEqual(['5', '4', '3']);
    });
  });
}
