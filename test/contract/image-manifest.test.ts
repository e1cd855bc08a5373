import { describe, expect, test } from 'vitest';
import { coversRepository, imageManifest, resolvedManifest, servesSuite } from '#shared/image-manifest.ts';

const minimal = { name: 'debian-12', os: 'debian', arch: 'x86_64', machine: { driver: 'process' } };

const openbsd = {
  name: 'openbsd-7.9',
  os: 'openbsd',
  arch: 'x86_64',
  eol: '2027-05-31',
  disk: { url: 'https://example.org/disk.qcow2', sha256: 'a'.repeat(64), format: 'qcow2' },
  machine: {
    driver: 'libvirt',
    cpus: 2,
    memory: '2GiB',
    disk: '20GiB',
    firmware: 'bios',
    console: 'serial',
    egress: 'none',
  },
  boot: {
    identity: 'config-disk',
    deadline: '120s',
    warm: 'snapshot',
    kernel: { path: 'kernel' },
    initrd: { path: 'initrd' },
  },
  agent: { mode: 'installed', user: 'build', shell: ['/bin/sh', '-e'] },
  serves: { repositories: ['acme/*'], suites: 'all', gate: 'advisory' },
};

test('what is left out has a default', () => {
  expect(imageManifest.parse(minimal)).toEqual({
    ...minimal,
    machine: { driver: 'process', cpus: 1, memory: 1_024, reuse: 'single-use' },
    boot: {},
    agent: { mode: 'installed', shell: ['/bin/sh', '-e'], source: 'auto' },
    serves: { repositories: ['*'], suites: 'all', gate: 'advisory' },
  });
});

test('sizes become MiB and durations milliseconds', () => {
  expect(imageManifest.parse(openbsd)).toMatchObject({
    machine: { memory: 2_048, disk: 20_480 },
    boot: { deadline: 120_000 },
  });
});

test.each<[string, unknown, RegExp]>([
  ['a misspelt key', { ...minimal, machine: { driver: 'process', cpu: 2 } }, /Unrecognized key: "cpu"/],
  ['an unknown driver', { ...minimal, machine: { driver: 'docker' } }, /driver|option/],
  ['a size without a unit', { ...minimal, machine: { driver: 'command', memory: '512' } }, /512MiB or 1GiB/],
  ['a size of nothing', { ...minimal, machine: { driver: 'command', memory: '0MiB' } }, /more than 0/],
  ['a gate that is none', { ...minimal, serves: { gate: 'closed' } }, /^serves,gate: .*"advisory"/],
  ['a name that is no slug', { ...minimal, name: 'Debian 12' }, /lower-case/],
  [
    'a disk without a digest',
    { ...openbsd, disk: { url: openbsd.disk.url, format: 'raw' } },
    /sha256|string/,
  ],
  ['a bad pattern', { ...minimal, serves: { repositories: ['acme/rocket/x'] } }, /owner\/name/],
  ['a date that is none', { ...minimal, eol: '2027-13-01' }, /date/],
])('%s is refused', (_, manifest, message) => {
  const issues = imageManifest
    .safeParse(manifest)
    .error?.issues.map(issue => `${issue.path}: ${issue.message}`);
  expect(issues).toEqual([expect.stringMatching(message)]);
});

describe('what only a VM has is refused for a process, which would not keep it', () => {
  test.each<[string, object]>([
    ['disk', { disk: openbsd.disk }],
    ...(['cpus', 'memory', 'disk', 'firmware', 'console', 'egress'] as const).map((key): [string, object] => [
      `machine,${key}`,
      { machine: { driver: 'process', [key]: openbsd.machine[key] } },
    ]),
    ['boot,identity', { boot: { identity: 'config-disk' } }],
    ['boot,warm', { boot: { warm: 'boot' } }],
    ['agent,mode', { agent: { mode: 'bootstrap' } }],
    ['agent,user', { agent: { user: 'build' } }],
  ])('%s', (path, part) => {
    const issues = imageManifest.safeParse({ ...minimal, ...part }).error?.issues ?? [];
    expect(issues.map(issue => String(issue.path))).toEqual([path]);
    expect(issues[0]?.message).toMatch(/is for VMs: the process driver .* isolates nothing; remove it$/);
  });
});

test.each(['process', 'ssh', 'command', 'libvirt'] as const)(
  'that no machine is kept ready is for the %s driver too',
  driver => {
    const machine = { driver };
    const disk = driver === 'libvirt' ? { disk: openbsd.disk } : {};
    const image = imageManifest.parse({ ...minimal, ...disk, machine, boot: { warm: 'none' } });
    expect(image.boot).toEqual({ warm: 'none' });
  },
);

describe('of those keys', () => {
  const cloud = { ...minimal, machine: { driver: 'command', cpus: 8, memory: '16GiB', disk: '40GiB' } };
  const complaintsOf = (manifest: object) =>
    imageManifest
      .safeParse(manifest)
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

  test('commands are told sizes and a user', () => {
    expect(complaintsOf({ ...cloud, agent: { user: 'build' } })).toBeUndefined();
  });
  test('commands cannot be held to an egress, and look for no disk', () => {
    const machine = { ...cloud.machine, egress: 'none' };
    expect(complaintsOf({ ...cloud, machine, disk: openbsd.disk })).toEqual([
      "disk: `disk` is for VMs of libvirt: commands know by the image's name what to make; remove it",
      "machine.egress: `egress` is for VMs of libvirt: commands know by the image's name what to make; remove it",
    ]);
  });
  test('an agent that works elsewhere is for computers that are reached by ssh', () => {
    const proxied = { ...minimal, agent: { mode: 'proxy' } };
    expect(complaintsOf({ ...proxied, machine: { driver: 'ssh' } })).toBeUndefined();
    for (const driver of ['process', 'command'])
      expect(complaintsOf({ ...proxied, machine: { driver } })).toEqual([
        'agent.mode: `mode: proxy` is for computers that are reached by ssh (`driver: ssh`); remove it',
      ]);
    expect(complaintsOf({ ...openbsd, agent: { mode: 'proxy' } })).toEqual([
      expect.stringMatching(/^agent.mode: `mode: proxy` does not work for VMs .*need Node 18 or newer/),
    ]);
  });
  test('a computer is taken as it is', () => {
    const machine = { driver: 'ssh', memory: '2GiB' };
    expect(complaintsOf({ ...minimal, machine, agent: { user: 'build' } })).toEqual([
      expect.stringMatching(/^machine.memory: .*the ssh driver takes a computer as it is/),
      expect.stringMatching(/^agent.user: .*the user that the host logs in as; remove it$/),
    ]);
  });
});

describe('a VM that starts itself', () => {
  const { kernel, initrd, warm, ...boot } = openbsd.boot;
  const itself = { ...openbsd, boot };
  const messagesOf = (manifest: object) =>
    imageManifest.safeParse(manifest).error?.issues.map(({ message }) => message);

  test('has either firmware, and learns who it is by either way', () => {
    for (const firmware of ['bios', 'uefi'])
      for (const identity of ['config-disk', 'nocloud'])
        expect(
          messagesOf({ ...itself, machine: { ...itself.machine, firmware }, boot: { ...boot, identity } }),
        ).toBeUndefined();
  });

  test.each<[string, object, RegExp]>([
    [
      'a kernel besides UEFI',
      { ...openbsd, machine: { ...openbsd.machine, firmware: 'uefi' } },
      /without firmware/,
    ],
    ['BIOS on 64-bit ARM', { ...itself, arch: 'aarch64' }, /no other firmware than `uefi`/],
    [
      'a snapshot before it has booted',
      { ...itself, boot: { ...boot, warm } },
      /it needs `kernel` and `initrd`/,
    ],
    [
      'a snapshot of a machine that nobody hears',
      { ...openbsd, machine: { ...openbsd.machine, console: 'none' } },
      /said on its serial console/,
    ],
    [
      'a snapshot of a system that is told who it is',
      { ...openbsd, boot: { ...openbsd.boot, identity: 'nocloud' } },
      /has booted before it could wait/,
    ],
  ])('%s is refused', (_, manifest, message) => {
    expect(messagesOf(manifest)).toEqual([expect.stringMatching(message)]);
  });
});

describe('an agent that is brought over ssh', () => {
  const { kernel: _, initrd: __, warm, ...boot } = openbsd.boot;
  const ssh = { key: { path: 'login-key' } };
  const brought = {
    ...openbsd,
    boot: { ...boot, identity: 'ssh', ssh },
    agent: { mode: 'bootstrap', user: 'build' },
  };
  const complaintsOf = (manifest: object) =>
    imageManifest
      .safeParse(manifest)
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

  test('needs a key and a user; of a host key the comment is left out', () => {
    const known = { ...ssh, 'host-key': 'ssh-ed25519 AAAA root@here', node: '/opt/bin/node' };
    const image = imageManifest.parse({ ...brought, boot: { ...brought.boot, ssh: known } });
    expect(image.boot.ssh).toEqual({ ...known, 'host-key': 'ssh-ed25519 AAAA' });
    expect(resolvedManifest.parse(JSON.parse(JSON.stringify(image)))).toEqual(image);
  });

  test.each<[string, object, RegExp]>([
    [
      'without a key',
      { boot: { ...boot, identity: 'ssh' } },
      /^boot.ssh: .*write `ssh: \{ key: \{ path: … \} \}`$/,
    ],
    ['without a user', { agent: { mode: 'bootstrap' } }, /^agent.user: .*write `user: …`$/],
    [
      'by an agent of the disk’s own',
      { agent: { user: 'build' } },
      /^agent.mode: .*write `mode: bootstrap`;/,
    ],
    [
      'with another identity',
      { boot: { ...boot, identity: 'nocloud' } },
      /^agent.mode: .*write `identity: ssh`/,
    ],
    [
      'with a key that nobody uses',
      { boot: { ...boot, ssh }, agent: { user: 'build' } },
      /^boot.ssh: nobody logs in: write `identity: ssh` beside it, or remove it$/,
    ],
    [
      'as a clone',
      { boot: { ...brought.boot, warm, kernel: { path: 'kernel' }, initrd: { path: 'initrd' } } },
      /^boot.warm: a system that starts an SSH server has booted before it could wait$/,
    ],
    [
      'with a key of an address that may change',
      { boot: { ...brought.boot, ssh: { key: { url: 'https://example.org/key' } } } },
      /^boot.ssh.key: .*its `sha256` is known$/,
    ],
    [
      'with a host key that is none',
      { boot: { ...brought.boot, ssh: { ...ssh, 'host-key': 'SHA256:abc' } } },
      /^boot.ssh.host-key: expected a public key in one line/,
    ],
    [
      'from a computer elsewhere',
      { agent: { mode: 'proxy', user: 'build' } },
      /^agent.mode: `mode: proxy` does not work for VMs/,
    ],
  ])('%s is refused', (_name, change, message) => {
    expect(complaintsOf({ ...brought, ...change })).toEqual([expect.stringMatching(message)]);
  });

  test('is for VMs', () => {
    expect(complaintsOf({ ...minimal, boot: { ssh } })).toEqual([
      expect.stringMatching(/^boot.ssh: `ssh` is for VMs/),
    ]);
  });
});

test.each([minimal, openbsd, { ...minimal, machine: { driver: 'ssh' } }])(
  'a manifest that has been read travels as it is: %j',
  written => {
    const image = imageManifest.parse(written);
    expect(resolvedManifest.parse(JSON.parse(JSON.stringify(image)))).toEqual(image);
  },
);

describe('a repository pattern', () => {
  test.each([
    ['*', 'acme/rocket', true],
    ['acme/*', 'acme/rocket', true],
    ['acme/*', 'acme-corp/rocket', false],
    ['acme/*', 'acme/rocket/x', false],
    ['acme/rocket', 'acme/rocket', true],
    ['Acme/Rocket', 'acme/rocket', true],
    ['acme/rocket', 'acme/rockets', false],
    ['acme/rocket.js', 'acme/rocketxjs', false],
    ['acme/*-js', 'acme/rocket-js', true],
    ['*/rocket', 'acme/rocket', true],
  ])('%s against %s: %s', (pattern, repository, covers) => {
    expect(coversRepository(pattern, repository)).toBe(covers);
  });
});

test('an image takes the suites it names, of the repositories it names', () => {
  const serves = { repositories: ['acme/*'], suites: ['unit'] };
  const image = imageManifest.parse({ ...minimal, serves });
  expect(servesSuite(image, 'acme/rocket', 'unit')).toBe(true);
  expect(servesSuite(image, 'acme/rocket', 'e2e')).toBe(false);
  expect(servesSuite(image, 'other/rocket', 'unit')).toBe(false);
});
