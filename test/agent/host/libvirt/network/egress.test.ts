import { describe, expect, test } from 'vitest';
import { isOfSomeNetwork, isPublic } from '#agent/host/drivers/libvirt/network/addresses.ts';
import { destinationOfConnect, destinationOfUrl } from '#agent/host/drivers/libvirt/network/destination.ts';
import { type EgressRules, permit } from '#agent/host/drivers/libvirt/network/egress.ts';
import { createNames } from '#agent/host/drivers/libvirt/network/names.ts';
import { mirrorIn } from '#shared/mirror.ts';

const known: Record<string, string[]> = {
  'deb.debian.org': ['151.101.2.132', '2a04:4e42::644'],
  'both.example': ['10.1.2.3', '151.101.2.132', 'fd00::1'],
  'inside.example': ['192.168.1.5'],
  'cache.lan': ['192.168.1.5', '127.0.0.1', '169.254.169.254'],
  'this-host.example': ['198.0.0.1'],
  'ci.example': ['198.0.0.2'],
};

const rules = (egress: EgressRules['egress'], ...mirrors: string[]): EgressRules => ({
  egress,
  mirrors: mirrors.flatMap(text => mirrorIn(text) ?? []),
  coordinator: ['198.0.0.2'],
  own: () => ['198.0.0.1', '2a04:4e42::1', '127.0.0.1'],
  names: createNames(async name => known[name] ?? []),
});

/** Judged as somebody wrote it. */
const judge = async (given: EgressRules, authority: string) => {
  const destination = destinationOfConnect(authority);
  return destination ? permit(given, destination) : 'unreadable';
};

test.for([
  ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.31.255.255', '192.168.0.1'],
  ...['192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '255.255.255.255'],
  ...['::', '::1', 'fe80::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '::ffff:8.8.8.8', '::ffff:127.0.0.1'],
  ...['64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::', '2001::1', '2001:db8::1', '3fff::1', '100::1', 'x'],
])('%s is of no public network', address => {
  expect(isPublic(address)).toBe(false);
});

test.for(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2a04:4e42::644', '2606:4700::1111'])(
  '%s is public',
  address => {
    expect(isPublic(address)).toBe(true);
    expect(isOfSomeNetwork(address)).toBe(true);
  },
);

test('a name that an admin names may lead into a private network, and never to what is on this wire or computer', () => {
  for (const address of ['10.0.0.1', '192.168.0.1', '100.64.0.1', 'fd00::1'])
    expect(isOfSomeNetwork(address)).toBe(true);
  for (const address of [
    '127.0.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '224.0.0.1',
    '::1',
    'fe80::1',
    '::ffff:10.0.0.1',
  ])
    expect(isOfSomeNetwork(address)).toBe(false);
});

describe('egress: open', () => {
  test('a public address is reached, on any port but that of mail', async () => {
    expect(await judge(rules('open'), '8.8.8.8:22')).toEqual({ addresses: ['8.8.8.8'] });
    expect(await judge(rules('open'), 'deb.debian.org:443')).toEqual({ addresses: known['deb.debian.org'] });
    expect(await judge(rules('open'), 'deb.debian.org:25')).toHaveProperty(
      'refusal',
      'deb.debian.org:25 is not reached: machine.egress of this image is open, and machines send no mail',
    );
  });

  test.for([
    ...['127.0.0.1:80', '[::1]:80', '[::ffff:127.0.0.1]:80', '[::ffff:7f00:1]:80', '[::]:80', '0.0.0.0:80'],
    ...['2130706433:80', '0x7f000001:80', '017700000001:80', '0177.0.0.1:80', '127.1:80', '0x7f.1:80'],
    ...['169.254.169.254:80', '[fd00:ec2::254]:80', '10.0.2.2:4222', '192.168.1.1:443', '100.100.100.200:80'],
    ...['inside.example:80', '127.0.0.1.:80', 'this-host.example:443', 'ci.example:443', '198.0.0.2:8080'],
    '[2a04:4e42:0:0::1]:443',
  ])('%s is refused', async authority => {
    expect(await judge(rules('open'), authority)).toHaveProperty(
      'refusal',
      expect.stringMatching(/ is of this host, its coordinator or a network that is not public$/),
    );
  });

  test('of a name that leads to both kinds only public addresses are connected to', async () => {
    expect(await judge(rules('open'), 'both.example:443')).toEqual({ addresses: ['151.101.2.132'] });
  });

  test('a name is looked up once for what is judged and what is connected to', async () => {
    let asked = 0;
    const names = createNames(async () => {
      asked += 1;
      return asked === 1 ? ['8.8.8.8'] : ['127.0.0.1'];
    });
    expect(await judge({ ...rules('open'), names }, 'rebinds.example:80')).toEqual({
      addresses: ['8.8.8.8'],
    });
    expect(asked).toBe(1);
  });

  test('a mirror of a private network is reached under its name and port, and nothing else there', async () => {
    const given = rules('open', 'inside.example:3142');
    expect(await judge(given, 'INSIDE.example.:3142')).toEqual({ addresses: ['192.168.1.5'] });
    expect(await judge(given, 'inside.example:22')).toHaveProperty('refusal');
    expect(await judge(given, '192.168.1.5:3142')).toHaveProperty('refusal');
  });
});

describe('egress: mirror-only', () => {
  test('only the mirrors are reached, and no other name is asked for', async () => {
    const asked: string[] = [];
    const names = createNames(async name => {
      asked.push(name);
      return known[name] ?? [];
    });
    const given = { ...rules('mirror-only', 'deb.debian.org:80', '127.0.0.1:3142'), names };
    expect(await judge(given, 'deb.debian.org:80')).toHaveProperty('addresses');
    expect(await judge(given, '127.0.0.1:3142')).toEqual({ addresses: ['127.0.0.1'] });
    expect(await judge(given, 'secret.evil.example:80')).toHaveProperty(
      'refusal',
      'secret.evil.example:80 is not reached: machine.egress of this image is mirror-only, and its host names as mirrors deb.debian.org:80, 127.0.0.1:3142',
    );
    for (const other of ['deb.debian.org:443', '151.101.2.132:80', 'deb.debian.org.evil.example:80'])
      expect(await judge(given, other)).toHaveProperty('refusal');
    expect(asked).toEqual(['deb.debian.org']);
  });

  test('a mirror by name is not reached on this host itself, nor where only this wire is', async () => {
    expect(await judge(rules('mirror-only', 'cache.lan:80'), 'cache.lan:80')).toEqual({
      addresses: ['192.168.1.5'],
    });
    expect(await judge(rules('mirror-only', 'this-host.example:80'), 'this-host.example:80')).toHaveProperty(
      'refusal',
    );
  });

  test('a host without mirrors says so', async () => {
    expect(await judge(rules('mirror-only'), 'deb.debian.org:80')).toHaveProperty(
      'refusal',
      expect.stringContaining('its host names no mirrors'),
    );
  });
});

test('a name that nobody knows is not there, rather than forbidden, and is asked for again', async () => {
  let isUp = false;
  const names = createNames(async () => (isUp ? ['8.8.8.8'] : []));
  const given = { ...rules('open'), names };
  expect(await judge(given, 'late.example:80')).toHaveProperty(
    'missing',
    expect.stringContaining('late.example'),
  );
  isUp = true;
  expect(await judge(given, 'late.example:80')).toEqual({ addresses: ['8.8.8.8'] });
});

test.for([
  ...[
    '',
    'a',
    'a:',
    'a:0',
    'a:65536',
    'a:80 HTTP/1.1',
    'u@a:80',
    'u:p@a:80',
    'http://a:80',
    'a:80/',
    'a/b:80',
    'a:80#x',
  ],
  ...[
    '[::1:80',
    '[fe80::1%25eth0]:80',
    '[fe80::1%eth0]:80',
    'ä:80',
    'a b:80',
    '1.2.3.4.5:80',
    '256.1.1.1:80',
    '%31:80',
  ],
  ...['a:-1', 'a:80:80', '*:80', '.:80', '..:80'],
])('%j is no host and port', text => {
  expect(destinationOfConnect(text)).toBeNull();
});

test('a request names its server in its address', () => {
  expect(destinationOfUrl('http://Deb.Debian.org./a?b#c')).toEqual({
    ...{ host: 'deb.debian.org', port: 80, path: '/a?b', authority: 'deb.debian.org.' },
  });
  expect(destinationOfUrl('http://0x7f.1:8080/')).toMatchObject({ host: '127.0.0.1', port: 8080 });
  for (const text of ['/a', '*', 'https://a/', 'ftp://a/', 'http://u:p@a/', 'http://', 'file:///etc/passwd'])
    expect(destinationOfUrl(text)).toBeNull();
});

test('mirrors are written as a name or an address, and a port', () => {
  expect(mirrorIn('Deb.debian.org:80')).toEqual({ host: 'deb.debian.org', port: 80 });
  expect(mirrorIn('[fd00::1]:443')).toEqual({ host: 'fd00::1', port: 443 });
  for (const text of [
    'deb.debian.org',
    'a:0',
    'a:99999',
    'http://a:80',
    '*.a:80',
    'a b:80',
    '-a:80',
    'a..b:80',
  ])
    expect(mirrorIn(text)).toBeNull();
});
