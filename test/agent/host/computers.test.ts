import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readComputers } from '#agent/host/drivers/ssh/computers.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-computers-'));
  await writeFile(join(directory, 'login-key'), 'a key', { mode: 0o600 });
});
afterEach(() => rm(directory, { recursive: true }));

async function read(text: string) {
  const file = join(directory, 'computers.yaml');
  await writeFile(file, text);
  return readComputers(file);
}
const problemsOf = (text: string): Promise<string[]> =>
  read(text).then(
    () => [],
    error =>
      error.message
        .split('\n')
        .slice(1)
        .map((line: string) => line.trim().replaceAll(`${directory}/`, '')),
  );

const least = '{ name: sparc, host: 10.0.0.7, user: build, key: login-key, images: [solaris-11] }';

test('what is left out has a default, and a key lies beside the file', async () => {
  expect(await read(`computers: [${least}]`)).toEqual([
    {
      ...{
        file: join(directory, 'computers.yaml'),
        name: 'sparc',
        host: '10.0.0.7',
        port: 22,
        user: 'build',
      },
      ...{ key: join(directory, 'login-key'), hostKey: null, images: ['solaris-11'] },
      ...{ node: 'node', proxy: false, shell: '/bin/sh', directory: '.paddock' },
    },
  ]);
});

test('a host key may be written as its file has it', async () => {
  const [computer] = await read(
    `computers: [{ ${least.slice(1, -1)}, host-key: ssh-ed25519 AAAAC3Nza root@sparc }]`,
  );
  expect(computer?.hostKey).toBe('ssh-ed25519 AAAAC3Nza');
});

test('every mistake is told at once, with its line', async () => {
  const text = `computers:
  - ${least}
  - name: vax
    host: 10.0.0.8
    prot: 22
    user: build
    key: login-key
    host-key: SHA256:abc
    images: []
`;
  expect(await problemsOf(text)).toEqual([
    expect.stringMatching(/^computers.yaml:8 computers.1.host-key: expected a public key in one line/),
    expect.stringMatching(/^computers.yaml:9 computers.1.images: /),
    expect.stringMatching(/^computers.yaml:3 computers.1: .*prot/),
  ]);
});

test('two of one name, a key that is missing and one that others may read are told together', async () => {
  await writeFile(join(directory, 'open-key'), 'a key');
  await chmod(join(directory, 'open-key'), 0o644);
  const text = `computers:
  - ${least}
  - ${least.replace('login-key', 'no-key')}
  - ${least.replace('login-key', 'open-key').replace('sparc', 'vax')}
`;
  expect(await problemsOf(text)).toEqual([
    'computers.yaml:3 sparc is there twice',
    'computers.yaml:3 the key no-key cannot be read (ENOENT)',
    'computers.yaml:4 the key open-key may be read by others; chmod 600 it',
  ]);
});

test('a file that is no YAML, and none at all', async () => {
  expect(await problemsOf('computers: [')).toEqual([expect.stringMatching(/^computers.yaml:1 /)]);
  await expect(readComputers(join(directory, 'none.yaml'))).rejects.toThrow('cannot be read');
});
