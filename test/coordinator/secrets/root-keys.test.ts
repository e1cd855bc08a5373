/** Where root keys come from, and what is said of those that cannot be used. */

import { existsSync } from 'node:fs';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fingerprintOf } from '#coordinator/secrets/envelope.ts';
import { readKeys } from '#coordinator/secrets/plain-keys.ts';
import { runKeyCommand } from '#coordinator/secrets/run-key-command.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';
import { lease, openSecretsLab, secret } from './support/secrets-lab.ts';

const one = Buffer.alloc(32, 1);
const two = Buffer.alloc(32, 2);

test('the key in the data directory is made at first need, for its owner only', async () => {
  const lab = await openSecretsLab();
  const secrets = lab.open();
  expect(await secrets.lookAtKeys()).toBeNull();
  await expect(stat(lab.ownKey)).rejects.toThrow('ENOENT');
  const { secret: saved } = await secrets.set(secret(), 'kim');
  expect((await stat(lab.ownKey)).mode & 0o777).toBe(0o600);
  const [key] = readKeys(await readFile(lab.ownKey, 'utf8'), 'the file');
  expect(key && fingerprintOf(key)).toBe(saved.rootKey);
});

test('keys are read from a file, a variable and a command alike', async () => {
  const lab = await openSecretsLab();
  const file = path.join(lab.dir, 'root');
  await writeFile(file, `# of 2026\n${one.toString('hex')}\n`, { mode: 0o600 });
  const program = path.join(lab.dir, 'print-key');
  await writeFile(program, `#!/bin/sh\necho ${one.toString('base64url')}\n`, { mode: 0o700 });
  const sources = [{ file }, { env: 'ROOT', value: one.toString('base64') }, { command: [program] }];
  await lab.open({ key: sources[0] ?? null }).set(secret(), 'kim');
  for (const key of sources)
    expect((await lab.open({ key }).give(lease())).variables).toEqual({ TOKEN: 'correct horse' });
});

test.each([
  ['nothing', '', 'it holds no key'],
  ['31 bytes', Buffer.alloc(31).toString('base64'), 'line 1 is no key'],
  ['a word', 'secret', 'line 1 is no key'],
  ['a second line that is none', `${one.toString('hex')}\nnonsense`, 'line 2 is no key'],
  ['too many', `${one.toString('hex')}\n`.repeat(limits.rootKeys + 1), 'more than 10 keys'],
])('a source with %s is no key', async (_, value, sentence) => {
  const lab = await openSecretsLab();
  const refused = lab.open({ key: { env: 'ROOT', value } }).set(secret(), 'kim');
  const isUnset = value === '';
  await expect(refused).rejects.toMatchObject({
    code: 'secret-key-unusable',
    message: expect.stringContaining(isUnset ? 'it is not set' : sentence),
  });
});

test('a file that others may read is refused, with what to do', async () => {
  const lab = await openSecretsLab();
  await lab.open().set(secret(), 'kim');
  await chmod(lab.ownKey, 0o640);
  await expect(lab.open().give(lease())).rejects.toThrow(`chmod 600 ${lab.ownKey}`);
});

test('what a command says is bounded, and its output is in no message', async () => {
  const lab = await openSecretsLab();
  const fails = async (program: string) => {
    const file = path.join(lab.dir, `key-${program.length}`);
    await writeFile(file, `#!/bin/sh\n${program}\n`, { mode: 0o700 });
    return lab
      .open({ key: { command: [file] } })
      .set(secret(), 'kim')
      .catch(error => error);
  };
  expect(await fails('echo the-key; echo the vault is sealed >&2; exit 3')).toMatchObject({
    code: 'secret-key-unavailable',
    message: expect.stringMatching(/ended with 3: the vault is sealed$/),
  });
  expect(await fails('yes the-key')).toMatchObject({
    message: expect.stringMatching(/printed more than 65536 bytes$/),
  });
  const missing = lab.open({ key: { command: ['/nowhere/at/all'] } }).set(secret(), 'kim');
  await expect(missing).rejects.toThrow('cannot be run (ENOENT)');
});

test('a command that hangs is ended with all that it has started', async () => {
  const lab = await openSecretsLab();
  const program = path.join(lab.dir, 'hangs');
  await writeFile(
    program,
    `#!/bin/sh\ntrap '' TERM\nsleep 300 & echo $! > ${lab.dir}/child\nwait\nsleep 300\n`,
    {
      mode: 0o700,
    },
  );
  const hung = runKeyCommand([program], '', { PATH: process.env.PATH }, 500);
  await expect(hung).rejects.toMatchObject({
    ...{ code: 'secret-key-unavailable', isPassing: true },
    message: expect.stringContaining('did not answer within 0.5 s'),
  });
  const child = Number(await readFile(`${lab.dir}/child`, 'utf8'));
  await until('what it has started is gone', () => !existsSync(`/proc/${child}/cwd`));
});

/** A key service in three lines of shell: its root key is a number, wrapping is reversing. */
const service = (dir: string, root: string) => `#!/bin/sh
read -r asked
echo "$asked" >> ${dir}/asked
node -e '
const q = JSON.parse(process.argv[1]);
const reversed = text => [...text].reverse().join("");
const answer = { identify: () => ({ root: "${root}" }), wrap: () => ({ root: "${root}", wrapped: reversed(q.key) }),
  unwrap: () => ({ key: reversed(q.wrapped) }) }[q.do]();
console.log(JSON.stringify(answer));' "$asked"
`;

test('a key service wraps and unwraps; it is asked once for a value, and what it is for is told to it', async () => {
  const lab = await openSecretsLab();
  const program = path.join(lab.dir, 'kms');
  await writeFile(program, service(lab.dir, 'arn:one'), { mode: 0o700 });
  const secrets = lab.open({ key: { service: [program] } });
  expect((await secrets.set(secret(), 'kim')).secret.rootKey).toBe('service:arn:one');
  await secrets.give(lease());
  const again = lab.open({ key: { service: [program] } });
  for (let n = 0; n < 3; n++)
    expect((await again.give(lease())).variables).toEqual({ TOKEN: 'correct horse' });
  const asked = (await readFile(path.join(lab.dir, 'asked'), 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(asked.filter(question => question.do === 'unwrap')).toHaveLength(2);
  expect(asked.at(-1)).toMatchObject({
    ...{ v: 1, do: 'unwrap', root: 'arn:one' },
    bound: { repository: 'acme/rocket', stage: '', name: 'TOKEN', version: 1 },
  });
  expect(JSON.stringify(asked)).not.toContain('horse');
});

test('a service that answers nonsense, or not at all, is a trouble that passes', async () => {
  const lab = await openSecretsLab();
  const program = path.join(lab.dir, 'kms');
  await writeFile(program, '#!/bin/sh\necho {}\n', { mode: 0o700 });
  const secrets = lab.open({ key: { service: [program] } });
  await expect(secrets.set(secret(), 'kim')).rejects.toMatchObject({
    ...{ code: 'secret-key-unavailable', isPassing: true },
    message: expect.stringContaining('not understood'),
  });
});

test('the key before it still opens where another kind is configured, the one of the data directory too', async () => {
  const lab = await openSecretsLab();
  await lab.open().set(secret(), 'kim');
  const first = { env: 'FIRST', value: one.toString('hex') };
  const second = { env: 'SECOND', value: two.toString('hex') };
  await lab.open({ key: first }).set(secret({ name: 'OTHER' }), 'kim');
  const secrets = lab.open({ key: second, oldKeys: [first] });
  expect(Object.keys((await secrets.give(lease())).variables).sort()).toEqual(['OTHER', 'TOKEN']);
  await expect(lab.open({ key: second }).give(lease())).rejects.toThrow(
    `needs the root key ${fingerprintOf(one)}`,
  );
});
