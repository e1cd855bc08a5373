import { expect, test } from 'vitest';
import type { BroughtAuthorities } from '#agent/host/believed.ts';
import { readConfig } from '#agent/host/config.ts';
import { sha256Of } from '#agent/host/drivers/checked-start.ts';
import { identityOf } from '#agent/host/drivers/libvirt/guest-environment.ts';
import { virtualTag } from '#agent/host/drivers/libvirt/machine-directory.ts';
import { checkTargets, createNetworks, targetOf } from '#agent/host/drivers/libvirt/network/network.ts';
import { countRefusals } from '#agent/host/drivers/libvirt/network/refusals.ts';
import { limits } from '#shared/limits.ts';
import { desiredMachine, newHostId, newMachineId } from '#test/contract/driver/desired-machine.ts';

const urls = ['http://ci.example:7071', 'nats://ci.example:3128'];
const reaches = urls.map(targetOf);

test('the port of the proxy is nobody else’s, where there is one', () => {
  expect(() => checkTargets(urls, { reaches, egress: 'none' })).not.toThrow();
  expect(() => checkTargets(urls, { reaches, egress: 'open' })).toThrow('(7071, 3128, 3128)');
});

test('a machine has no way out while its coordinator could not be told from the internet', async () => {
  const networks = createNetworks({
    mirrors: [],
    log: () => {},
    lookUp: () => Promise.reject(new Error('no name server answers')),
  });
  const machine = { id: newMachineId(), reaches, egress: 'open' as const };
  await expect(networks.open(machine, process.pid, new AbortController().signal)).rejects.toThrow(
    'no address of its coordinator ci.example (no name server answers)',
  );
  expect(networks.isOpen(machine.id)).toBe(false);
});

const sha256 = sha256Of(new Uint8Array());

test('a machine is told of the proxy when its image has an egress', () => {
  const wish = desiredMachine({ driver: 'libvirt' });
  const told = (egress?: 'none' | 'mirror-only' | 'open') => {
    const machine = { ...wish.image.machine, ...(egress && { egress }) };
    return identityOf(
      { ...wish, image: { ...wish.image, machine } },
      { bundle: new Uint8Array(), sha256, ca: null },
    ).environment;
  };
  for (const egress of [undefined, 'none'] as const) expect(told(egress)).not.toHaveProperty('PADDOCK_PROXY');
  for (const egress of ['mirror-only', 'open'] as const)
    expect(told(egress)).toHaveProperty('PADDOCK_PROXY', 'http://10.0.2.2:3128');
});

test('a machine is brought certificates where its host has some, and told of them', () => {
  const wish = desiredMachine({ driver: 'libvirt' });
  const told = (ca: BroughtAuthorities | null) =>
    identityOf(wish, { bundle: new Uint8Array(), sha256, ca }).environment;
  for (const variable of ['PADDOCK_CA_FILE', 'NODE_EXTRA_CA_CERTS'] as const) {
    expect(told({ variable, pem: '' })).toHaveProperty(variable, '/var/run/paddock/ca.pem');
    expect(told(null)).not.toHaveProperty(variable);
  }
});

test('a coordinator is asked by http or https, and NATS with or without TLS', () => {
  const checked = (...given: string[]) =>
    checkTargets(given, { reaches: given.map(targetOf), egress: 'none' });
  for (const scheme of ['nats', 'tls'])
    expect(() => checked('https://ci.example', `${scheme}://ci.example:7072`)).not.toThrow();
  expect(targetOf('https://ci.example')).toEqual({ host: 'ci.example', port: 443 });
  expect(() => checked('https://ci.example', 'ws://ci.example:7072')).toThrow('it was given ws://');
});

test('a machine of an earlier version reaches its coordinator only', () => {
  const tag = { v: 1, id: newMachineId(), owner: newHostId(), expiresAt: 1, reaches };
  expect(virtualTag.parse(tag)).toHaveProperty('egress', 'none');
});

test('a host agent reads its libvirt and mirrors, and complains of what is none', () => {
  const environment = {
    ...{ PADDOCK_STATE: '/s', PADDOCK_ENROL_URL: 'http://a', PADDOCK_GUEST_BUNDLE: '/g' },
    ...{ PADDOCK_LIBVIRT_URI: 'qemu:///system', PADDOCK_MIRRORS: ' deb.debian.org:80  [fd00::1]:443 ' },
  };
  expect(readConfig(environment).libvirt?.mirrors).toEqual([
    { host: 'deb.debian.org', port: 80 },
    { host: 'fd00::1', port: 443 },
  ]);
  expect(() => readConfig({ ...environment, PADDOCK_MIRRORS: 'deb.debian.org' })).toThrow(
    'PADDOCK_MIRRORS: expected a name or an address and a port',
  );
  expect(() => readConfig({ ...environment, PADDOCK_LIBVIRT_URI: 'qemu+ssh://barn/system' })).toThrow(
    'a hypervisor elsewhere becomes a host of its own by `paddock host add`',
  );
});

test('refusals are logged up to a bound, and counted beyond it', () => {
  const lines: string[] = [];
  const refusals = countRefusals(newMachineId(), (_, message) => void lines.push(message));
  for (let count = 0; count < 2 * limits.egressRefusalsLogged; count += 1) refusals.add(`no ${count}`);
  refusals.close();
  expect(lines).toHaveLength(limits.egressRefusalsLogged + 1);
  expect(lines.at(-1)).toBe(`${2 * limits.egressRefusalsLogged} connections of a machine were refused`);
});
