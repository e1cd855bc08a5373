import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseConfig } from '#coordinator/config/config.ts';
import { ConfigError } from '#coordinator/config/errors.ts';
import { maskConfig } from '#coordinator/config/mask-config.ts';

const pemOf = (type: 'rsa' | 'ed25519'): string => {
  const { privateKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2_048 }) : generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};
const env = { TOKEN: 'tok-1', SECRET: 'tok-2' };
const hooks = 'webhook-secrets: [{ env: SECRET }]';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'paddock-config-'));
});
afterEach(() => rm(directory, { recursive: true }));

const read = (text: string) => parseConfig({ file: null, text, directory, env });
async function problemsOf(text: string): Promise<readonly string[]> {
  const error: unknown = await read(text).catch(thrown => thrown);
  if (error instanceof ConfigError) return error.problems;
  throw new Error('it was accepted', { cause: error });
}

test('an App is its number and its key, which is read and never shown', async () => {
  const pem = pemOf('rsa');
  await writeFile(path.join(directory, 'app.pem'), pem);
  const config = await read(
    `github: { app: { id: 12, private-key: { file: app.pem }, installation: 7 }, ${hooks} }`,
  );
  expect(config.github?.access).toMatchObject({ type: 'app', id: 12, installation: 7 });
  const shown = JSON.stringify(maskConfig(config));
  expect(shown).toContain('"id":12');
  expect(shown).not.toMatch(/PRIVATE|tok-/);
});

test.each([
  ['both', `github: { token: { env: TOKEN }, app: { id: 1, private-key: { env: TOKEN } }, ${hooks} }`],
  ['neither', `github: { ${hooks} }`],
])('%s a token and an App is a mistake', async (_, text) => {
  expect(await problemsOf(text)).toEqual([
    expect.stringContaining('expected either `token` or `app`, and not both'),
  ]);
});

test.each([
  ['what is no key', 'no key at all'],
  ['a key of another kind', pemOf('ed25519')],
])('%s is refused without being shown', async (_, pem) => {
  await writeFile(path.join(directory, 'app.pem'), pem);
  expect(await problemsOf(`github: { app: { id: 1, private-key: { file: app.pem } }, ${hooks} }`)).toEqual([
    'github.app.private-key: that is no RSA key; it is the PEM file that GitHub gave out for the App',
  ]);
});

test('people sign in by an id, which is shown, and a secret, which is not', async () => {
  const signIn = (secret: string) =>
    `github: { token: { env: TOKEN }, sign-in: { client-id: Iv23liExample, client-secret: ${secret} } }`;
  const config = await read(signIn('{ env: SECRET }'));
  expect(config.github?.signIn).toEqual({ clientId: 'Iv23liExample', clientSecret: 'tok-2' });
  const shown = JSON.stringify(maskConfig(config));
  expect(shown).toContain('Iv23liExample');
  expect(shown).not.toContain('tok-2');
  expect((await read('github: { token: { env: TOKEN } }')).github?.signIn).toBe(null);
  expect(await problemsOf(signIn('{ env: NOTHING }'))).toEqual([
    'github.sign-in.client-secret: the environment variable NOTHING is not set',
  ]);
  expect(await problemsOf(signIn('plain'))).toEqual([
    expect.stringContaining('a secret does not stand here; name its place'),
  ]);
});
