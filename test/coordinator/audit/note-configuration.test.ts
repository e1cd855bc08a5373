/** Each start that has another configuration than the one before says what is another, and no secret. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { differencesOf, noteConfiguration } from '#coordinator/audit/note-configuration.ts';
import { parseConfig } from '#coordinator/config/config.ts';
import { maskConfig } from '#coordinator/config/mask-config.ts';
import { listAudit } from '#coordinator/store/audit.ts';
import { openStore } from '#coordinator/store/store.ts';

const configured = (directory: string, text: string, env = {}) =>
  parseConfig({ file: null, text, directory, env: { PADDOCK_DATA: directory, ...env } });

test('a start says what is another than at the start before, by its place, and is silent where nothing is', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'paddock-configuration-'));
  const store = await openStore({ type: 'sqlite', file: path.join(dir, 'paddock.db') });
  try {
    const github = 'github: { token: { env: TOKEN }, webhook-secrets: [{ env: HOOK }] }';
    const env = { TOKEN: 'swordfish-of-github', HOOK: 'swordfish-of-hooks' };
    const first = await configured(dir, `${github}\nlocal-host: false\n`, env);
    await noteConfiguration(store, maskConfig(first), 1);
    await noteConfiguration(store, maskConfig(first), 2);
    const second = await configured(
      dir,
      `${github}\nlocal-host: false\nrepositories: [{ name: acme/rocket, secrets: { KEY: { env: HOOK } } }]\n`,
      env,
    );
    await noteConfiguration(store, maskConfig(second), 3);
    const entries = (await listAudit(store.read, {}, { before: null, max: 9 })).reverse();
    expect(entries.map(({ at, act, subject }) => [at, act, subject])).toEqual([
      [1, 'configuration.change', 'the first configuration'],
      [3, 'configuration.change', 'the configuration'],
    ]);
    expect(entries[1]).toMatchObject({
      before: { repositories: '[]' },
      after: { 'repositories.0.name': 'acme/rocket', 'repositories.0.secrets.0': 'KEY' },
    });
    expect(JSON.stringify(entries)).not.toContain('swordfish');
  } finally {
    await store.close();
    await rm(dir, { recursive: true, force: true });
  }
});

test('what is the same is not told; what came, went or changed is', () => {
  const before = { listen: { port: 1, host: 'a' }, old: true, list: [1, 2] };
  const after = { listen: { port: 2, host: 'a' }, list: [1], fresh: null };
  expect(differencesOf(before, after)).toEqual({
    before: { 'listen.port': 1, old: true, 'list.1': 2 },
    after: { 'listen.port': 2, fresh: null },
  });
  expect(differencesOf(after, after)).toEqual({ before: {}, after: {} });
});
