import { afterEach, beforeEach, expect, test } from 'vitest';
import { isolationsOf, unisolatedAmong } from '#coordinator/fleet/isolation.ts';
import { listHosts } from '#coordinator/store/hosts.ts';
import type { Isolation } from '#shared/machine.ts';
import { imageOf, type Lab, openLab, poolOf } from '../support/brain-lab.ts';
import { addHost } from '../support/rows.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const cloud = poolOf(imageOf('cloud', { driver: 'command' }));
const unisolated = async (pools = [cloud]) => [...unisolatedAmong(pools, await listHosts(lab.store.read))];
const commandOn = (name: string, isolation: Isolation) =>
  addHost(lab, name, { driver: 'command', isolation });

test('before a host has said anything a driver isolates as it usually does, and a command nothing', async () => {
  const pools = (['process', 'libvirt', 'ssh', 'command'] as const).map(driver =>
    poolOf(imageOf(driver, { driver })),
  );
  expect(await unisolated(pools)).toEqual(['process', 'command']);
  expect(pools.map(pool => isolationsOf(pool, []))).toEqual([['none'], ['vm'], ['user'], ['none']]);
});

test.each<[Isolation, string[]]>([
  ['vm', []],
  ['user', []],
  ['none', ['cloud']],
])('a command isolates as its host declares: %s', async (isolation, names) => {
  await commandOn('shed', isolation);
  expect(await unisolated()).toEqual(names);
});

test('one host that isolates nothing is enough, if it could have a machine of the image', async () => {
  await commandOn('attic', 'vm');
  await commandOn('shed', 'none');
  expect(await unisolated()).toEqual(['cloud']);
  expect(await unisolated([poolOf(cloud.image, { hosts: ['attic'] })])).toEqual([]);
  const needing = poolOf(imageOf('cloud', { driver: 'command', labels: { site: 'berlin' } }));
  expect(await unisolated([needing])).toEqual(['cloud']);
});
