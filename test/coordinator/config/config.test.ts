import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig, mayRunUnisolated, parseConfig, repositoryConfig } from '#coordinator/config/config.ts';
import { ConfigError } from '#coordinator/config/errors.ts';
import { maskConfig } from '#coordinator/config/mask-config.ts';
import { limits } from '#shared/limits.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'paddock-config-'));
});
afterEach(() => rm(directory, { recursive: true }));

const read = (text: string, env: NodeJS.ProcessEnv = {}) => parseConfig({ file: null, text, directory, env });

async function problemsOf(text: string, env: NodeJS.ProcessEnv = {}): Promise<readonly string[]> {
  const error = await read(text, env).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ConfigError) return error.problems;
  throw error ?? new Error('it was accepted');
}

const image = (name: string, driver = 'process') =>
  `{ name: ${name}, os: linux, arch: x86_64, machine: { driver: ${driver} } }`;

const github = `
github: { token: { env: TOKEN }, webhook-secrets: [{ env: OLD }, { file: new-secret }] }
`;

test('nothing written is everything default: loopback, SQLite, a local host, no webhooks', async () => {
  expect(await read('{}', { HOME: '/home/me' })).toEqual({
    file: null,
    dataDir: '/home/me/.local/state/paddock',
    listen: {
      people: { host: '127.0.0.1', port: 7070 },
      machines: { host: '127.0.0.1', port: 7071 },
      nats: { host: '127.0.0.1', port: 0 },
    },
    tracing: null,
    tls: [],
    plainText: [],
    url: null,
    machineUrl: null,
    database: { type: 'sqlite', file: '/home/me/.local/state/paddock/paddock.db' },
    github: null,
    retention: { days: { logs: 90, artifacts: 30, deliveries: 30, tests: 90, history: 365 }, maxBytes: null },
    repositories: [],
    secrets: { key: null, oldKeys: [] },
    secretOrigins: [],
    allowUnisolated: [],
    images: [],
    imageFiles: new Map(),
    pools: [],
    localHost: { name: 'local', libvirt: null, mirrors: [], command: null, computers: null },
    logLimitBytes: limits.logBytes,
    logLevel: 'info',
  });
});

test('the data directory is the one that is written, else the one of the environment, else the usual place', async () => {
  const env = { HOME: '/home/me', XDG_STATE_HOME: '/state', PADDOCK_DATA: '/srv/data' };
  const placeOf = async (text: string, environment: NodeJS.ProcessEnv) =>
    (await read(text, environment)).dataDir;
  expect(await placeOf('data: ./here', env)).toBe(path.join(directory, 'here'));
  expect(await placeOf('{}', env)).toBe('/srv/data');
  expect(await placeOf('{}', { ...env, PADDOCK_DATA: undefined })).toBe('/state/paddock');
});

test('addresses may be of IPv6, and of no port above the last', async () => {
  const { listen } = await read('listen: { people: "[::1]:8080", machines: "ci.example.org:0" }');
  expect(listen).toMatchObject({
    people: { host: '::1', port: 8_080 },
    machines: { host: 'ci.example.org', port: 0 },
  });
  expect(await problemsOf('listen: { people: "localhost:65536" }')).toEqual([
    'paddock.yaml:1:19 a port is at most 65535',
  ]);
});

describe('secrets', () => {
  test('are read from variables and files, and never shown', async () => {
    await writeFile(path.join(directory, 'new-secret'), 'fresh\n');
    const text = `${github}database: { postgres: { env: DATABASE } }
repositories: [{ name: acme/rocket, secrets: { DEPLOY_KEY: { env: DEPLOY } } }]`;
    const env = { TOKEN: ' tok-1 ', OLD: 'tok-2', DATABASE: 'postgres://tok-3@db/x', DEPLOY: 'tok-4' };
    const config = await read(text, env);
    expect(config.github).toMatchObject({ access: { token: 'tok-1' }, webhookSecrets: ['tok-2', 'fresh'] });
    expect(config.database).toEqual({ type: 'postgres', url: 'postgres://tok-3@db/x' });
    expect(config.repositories[0]?.secrets).toEqual({ DEPLOY_KEY: 'tok-4' });
    const shown = JSON.stringify(maskConfig(config));
    expect(shown).toContain('DEPLOY_KEY');
    expect(shown).not.toMatch(/tok-|fresh/);
  });

  test('that are not there are all named at once', async () => {
    expect(await problemsOf(github, { TOKEN: '', OLD: 'old' })).toEqual([
      'github.token: the environment variable TOKEN is not set',
      'github.webhook-secrets[1]: the file new-secret is empty or cannot be read',
    ]);
  });

  test('are not written in the file itself', async () => {
    const [problem] = await problemsOf('github: { token: ghp_abc, webhook-secrets: [{ env: OLD }] }');
    expect(problem).toMatch(
      /^paddock\.yaml:1:18 a secret does not stand here; name its place: \{ env: NAME }/,
    );
    expect(problem).not.toContain('ghp_abc');
  });
});

describe('images', () => {
  test('have their login key in their folder, which is the private half', async () => {
    const folder = path.join(directory, 'images/dragonfly');
    await mkdir(folder, { recursive: true });
    const text = `name: dragonfly
os: dragonfly
arch: x86_64
disk: { path: disk, format: raw }
machine: { driver: libvirt }
boot: { identity: ssh, ssh: { key: { path: login-key } } }
agent: { mode: bootstrap, user: build }
`;
    await writeFile(path.join(folder, 'image.yaml'), text);
    await writeFile(path.join(folder, 'disk'), '');
    const key = path.join(folder, 'login-key');
    expect(await problemsOf('images: [images/dragonfly]')).toEqual([
      expect.stringContaining(`the key of ssh of dragonfly is ${key}, which cannot be read`),
    ]);
    await writeFile(key, 'ssh-ed25519 AAAA build@here');
    expect(await problemsOf('images: [images/dragonfly]')).toEqual([
      expect.stringContaining(`${key} is no private key`),
    ]);
    await writeFile(key, '-----BEGIN OPENSSH PRIVATE KEY-----\n');
    const { images, imageFiles } = await read('images: [images/dragonfly]');
    const sha256 = images[0]?.boot.ssh?.key.sha256 ?? '';
    expect(images[0]?.boot.ssh).toEqual({ key: { sha256 } });
    expect(imageFiles.get(sha256)).toBe(key);
  });

  test('are written here or in a folder, and each has a pool', async () => {
    await mkdir(path.join(directory, 'images/netbsd'), { recursive: true });
    await writeFile(path.join(directory, 'images/netbsd/image.yaml'), image('netbsd'));
    const text = `images: [images/netbsd, ${image('linux')}]\npools: [{ image: linux, max: 8, idle: 5m }]`;
    const { images, pools } = await read(text);
    expect(images.map(({ name }) => name)).toEqual(['netbsd', 'linux']);
    expect(pools).toEqual([
      { image: 'linux', warm: 0, max: 8, idle: 300_000 },
      { image: 'netbsd', warm: 0, max: 2, idle: limits.machineIdleMs },
    ]);
  });

  test('that cannot be used are all named, with the place in their own file', async () => {
    await mkdir(path.join(directory, 'bad'));
    await writeFile(path.join(directory, 'bad/image.yaml'), `name: bad\nos: linux\narch: x86_64\n`);
    const text = `images: [none, bad, ${image('a')}, ${image('a')}]\npools: [{ image: b }]`;
    expect(await problemsOf(text)).toEqual([
      `images: ${path.join(directory, 'none/image.yaml')} cannot be read`,
      `${path.join(directory, 'bad/image.yaml')}:1:1 \`machine\` is missing`,
      'images: a is there twice',
      'paddock.yaml: pools names the image b, which is not under images',
    ]);
  });
});

test('the commands of the local host are found beside the file, and isolate nothing unless it says so', async () => {
  const commandsOf = async (command: string) =>
    (await read(`local-host: { command: ${command} }`)).localHost?.command;
  const here = path.join(directory, 'cloud');
  expect(await commandsOf('{ directory: cloud }')).toEqual({ directory: here, isolation: 'none' });
  expect(await commandsOf('{ directory: cloud, isolation: vm }')).toMatchObject({ isolation: 'vm' });
});

test('the local host is told which mirrors its virtual machines reach', async () => {
  const mirrorsOf = async (text: string) => (await read(text)).localHost?.mirrors;
  expect(await mirrorsOf('local-host: { mirrors: [deb.debian.org:80] }')).toEqual(['deb.debian.org:80']);
  expect(await problemsOf('local-host: { mirrors: [deb.debian.org] }')).toEqual([
    expect.stringContaining('expected a name or an address and a port, such as deb.debian.org:80'),
  ]);
});

test('every mistake in the file has its place', async () => {
  expect(await problemsOf('lisen: {}\nrepositories:\n  - name: rocket\n    commits: all\n')).toEqual([
    'paddock.yaml:1:1 unknown key `lisen`; did you mean `listen`?',
    'paddock.yaml:3:11 expected owner/name or owner/*',
    expect.stringMatching(/^paddock\.yaml:4:14 /),
  ]);
});

test.each([
  ['javascript:alert(1)', 'expected http://… or https://…'],
  ['file:///srv', 'expected http://… or https://…'],
  ['here', 'expected http://… or https://…'],
  ['https://me:word@ci.example.org', 'expected a URL without user name, password, query and fragment'],
  ['https://ci.example.org/?a=b', 'expected a URL without user name, password, query and fragment'],
])('%s is no address of ours or of GitHub', async (text, message) => {
  expect(await problemsOf(`url: ${text}\nmachine-url: ${text}\n`)).toEqual([
    `paddock.yaml:1:6 ${message}`,
    `paddock.yaml:2:14 ${message}`,
  ]);
  expect(await problemsOf('{}', { PADDOCK_PUBLIC_URL: text })).toEqual([`PADDOCK_PUBLIC_URL: ${message}`]);
  const api = `github: { api: "${text}", token: { env: T }, webhook-secrets: [{ env: T }] }`;
  expect(await problemsOf(api, { T: 't' })).toEqual([`paddock.yaml:1:16 ${message}`]);
});

test('what has landed is kept unless it is said otherwise, and never ended where every commit counts', async () => {
  const config = await read('repositories: [{ name: acme/a }, { name: acme/b, landed: supersede }]');
  expect(config.repositories.map(({ landed }) => landed)).toEqual(['keep', 'supersede']);
  expect(
    await problemsOf('repositories: [{ name: acme/a, commits: every-commit, landed: supersede }]'),
  ).toEqual([
    expect.stringMatching(/`landed: supersede` would end what `commits: every-commit` asks for; leave one/),
  ]);
});

test('the very name of a repository is stronger than a pattern, whatever the case and the order', async () => {
  const config = await read(
    'repositories: [{ name: acme/* }, { name: Acme/Rocket, commits: every-commit }]\nallow-unisolated: [acme/*]',
  );
  expect(repositoryConfig(config, 'acme/rocket')?.commits).toBe('every-commit');
  expect(repositoryConfig(config, 'acme/other')?.commits).toBe('supersede');
  expect(repositoryConfig(config, 'other/rocket')).toBeNull();
  expect(mayRunUnisolated(config, 'ACME/rocket')).toBe(true);
  expect(mayRunUnisolated(config, 'other/rocket')).toBe(false);
});

describe('the file', () => {
  const inside = (name: string) => path.join(directory, name);

  test('is the one that is named, else the one of the environment, else paddock.yaml here', async () => {
    for (const name of ['one', 'two', 'paddock.yaml']) await writeFile(inside(name), '{}');
    const fileOf = async (file: string | null, env: NodeJS.ProcessEnv) =>
      (await loadConfig(file, env, directory)).file;
    expect(await fileOf('one', { PADDOCK_CONFIG: 'two' })).toBe(inside('one'));
    expect(await fileOf(null, { PADDOCK_CONFIG: 'two' })).toBe(inside('two'));
    expect(await fileOf(null, {})).toBe(inside('paddock.yaml'));
  });

  test('need not be there, unless it is named', async () => {
    expect(await loadConfig(null, {}, directory)).toMatchObject({ file: null });
    await expect(loadConfig('none.yaml', {}, directory)).rejects.toThrow(
      `the configuration ${inside('none.yaml')} cannot be read (ENOENT); check the path`,
    );
  });

  test('has its own directory for relative paths', async () => {
    await mkdir(inside('etc'));
    await writeFile(inside('etc/paddock.yaml'), 'data: ../state');
    expect(await loadConfig('etc/paddock.yaml', {}, directory)).toMatchObject({ dataDir: inside('state') });
  });
});

describe('the root key of secrets', () => {
  test('is named by a file, a variable, a command or a service, and so are those of before', async () => {
    const text = `
secrets:
  key: { service: [/opt/kms, --region, eu] }
  old-keys: [{ file: root-key }, { env: OLD_ROOT }, { env: UNSET }, { command: [/opt/print-key] }]
`;
    const config = await read(text, { OLD_ROOT: 'the-key-itself' });
    expect(config.secrets).toEqual({
      key: { service: ['/opt/kms', '--region', 'eu'] },
      oldKeys: [
        { file: path.join(directory, 'root-key') },
        { env: 'OLD_ROOT', value: 'the-key-itself' },
        { env: 'UNSET', value: '' },
        { command: ['/opt/print-key'] },
      ],
    });
    expect(JSON.stringify(maskConfig(config))).not.toContain('the-key-itself');
  });

  test('that is none of them is refused at its place', async () => {
    expect((await problemsOf('secrets: { key: abc }')).join()).toContain('expected one of { file: PATH }');
    for (const wrong of ['{ command: [] }', '{ file: a, env: B }', '{ service: kms }'])
      expect(await problemsOf(`secrets: { key: ${wrong} }`)).toEqual([
        expect.stringMatching(/^paddock\.yaml:1:/),
      ]);
  });
});
