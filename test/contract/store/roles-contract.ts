import { describe, expect, it } from 'vitest';
import { newId } from '#coordinator/store/new-id.ts';
import { assertRole, type Role, renewRole, takeRole } from '#coordinator/store/roles.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addRepository, at } from './sample-rows.ts';

const leaseMs = 10_000;

export function describeRoles(name: string, openBench: OpenBench): void {
  describe(`${name}: the role of the brain`, () => {
    const lab = useStore(openBench);
    const [anna, bert] = [newId.coordinator(), newId.coordinator()];
    const take = (holder: typeof anna, now: number) =>
      lab.store.write(tx => takeRole(tx, 'brain', holder, now, leaseMs));
    const taken = async (holder: typeof anna, now: number): Promise<Role> => {
      const role = await take(holder, now);
      if (!role) throw new Error(`${holder} did not get the role`);
      return role;
    };

    it('goes to the first, and to another only when the lease has run out', async () => {
      expect(await take(anna, at)).toEqual({ name: 'brain', holder: anna, epoch: 1 });
      expect(await take(bert, at + leaseMs - 1)).toBe(null);
      expect(await take(bert, at + leaseMs)).toEqual({ name: 'brain', holder: bert, epoch: 2 });
      expect(await take(anna, at + leaseMs)).toBe(null);
    });

    it('comes back to its holder at once, with a higher epoch', async () => {
      await take(anna, at);
      expect(await take(anna, at + 1)).toMatchObject({ epoch: 2 });
      expect(await take(bert, at + leaseMs)).toBe(null);
      expect(await take(bert, at + 1 + leaseMs)).toMatchObject({ epoch: 3 });
    });

    it('goes to one of several that ask in the same turn', async () => {
      const holders = Array.from({ length: 10 }, () => newId.coordinator());
      const roles = await Promise.all(holders.map(holder => take(holder, at)));
      expect(roles.filter(role => role !== null)).toEqual([{ name: 'brain', holder: holders[0], epoch: 1 }]);
    });

    it('lasts as long as it is renewed', async () => {
      const role = await taken(anna, at);
      const renew = (now: number) => lab.store.write(tx => renewRole(tx, role, now, leaseMs));
      expect(await renew(at + 9_000)).toBe(true);
      expect(await take(bert, at + leaseMs)).toBe(null);
      // Late, but nobody has taken it meanwhile.
      expect(await renew(at + 60_000)).toBe(true);
      await taken(bert, at + 70_000);
      expect(await renew(at + 70_001)).toBe(false);
      expect(await take(anna, at + 79_999)).toBe(null);
    });

    it('is not renewed by an earlier start of its own holder', async () => {
      const earlier = await taken(anna, at);
      const later = await taken(anna, at + 1);
      expect(await lab.store.write(tx => renewRole(tx, earlier, at + 2, leaseMs))).toBe(false);
      expect(await lab.store.write(tx => renewRole(tx, later, at + 2, leaseMs))).toBe(true);
    });

    it('lets nobody save anything whose epoch has moved on', async () => {
      const role = await taken(anna, at);
      const decide = (fullName: string) =>
        lab.store.write(async tx => {
          await addRepository(tx, { fullName });
          await assertRole(tx, role);
        });
      await decide('acme/first');
      await taken(bert, at + leaseMs);
      await expect(decide('acme/second')).rejects.toMatchObject({
        name: 'StoreError',
        code: 'not-the-brain',
        message: expect.stringContaining('another coordinator has taken over the role brain'),
      });
      const rows = await lab.store.read.selectFrom('repository').select('full_name').execute();
      expect(rows).toEqual([{ full_name: 'acme/first' }]);
    });

    it('is nobody’s in a database that has no such row', async () => {
      const role: Role = { name: 'brain', holder: anna, epoch: 1 };
      await expect(lab.store.write(tx => assertRole(tx, role))).rejects.toMatchObject({
        code: 'not-the-brain',
      });
      expect(await lab.store.write(tx => renewRole(tx, role, at, leaseMs))).toBe(false);
    });
  });
}
