/** Where secrets that are files are left by nobody. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { usualWay } from '#agent/credentials/route.ts';
import { openLocalSite } from '#agent/guest/local-site.ts';
import { dropSecrets, keepSecrets } from '#agent/guest/secret-files.ts';
import { removeSecretFolder, secretFolder } from '#agent/secret-files/secret-folder.ts';
import { attemptNumbered, machine } from './support/specs.ts';

const folderOf = () => {
  const folder = secretFolder(machine);
  if (!folder) throw new Error('these tests are for a computer with /dev/shm');
  return folder;
};

test('an agent that was killed in the middle of an attempt leaves none behind its next start', async () => {
  const place = { secrets: join(folderOf(), attemptNumbered(1)) };
  keepSecrets(place, { KEY: 'swordfish' });
  expect(statSync(join(place.secrets, 'KEY')).mode & 0o777).toBe(0o600);
  const workDirectory = await mkdtemp(join(tmpdir(), 'paddock-site-'));
  onTestFinished(() => rm(workDirectory, { recursive: true }));
  const site = await openLocalSite({
    ...{ machine, reuse: 'single-use', way: usualWay, workDirectory, environment: {}, log: () => {} },
    signal: new AbortController().signal,
  });
  expect(existsSync(folderOf())).toBe(false);
  keepSecrets({ secrets: site.placeOf(attemptNumbered(2)).secrets }, { KEY: 'swordfish' });
  await site.close();
  expect(existsSync(folderOf())).toBe(false);
});

test('its host removes what is left of a machine that starts no more', () => {
  keepSecrets({ secrets: join(folderOf(), attemptNumbered(1)) }, { KEY: 'swordfish' });
  removeSecretFolder(machine);
  removeSecretFolder(machine);
  expect(existsSync(folderOf())).toBe(false);
});

test('whatever a step has made of them is gone', async () => {
  const root = await mkdtemp(join(tmpdir(), 'paddock-secrets-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const place = { secrets: join(root, 'secrets') };
  keepSecrets(place, { KEY: 'swordfish', OTHER: 'trout' });
  mkdirSync(join(place.secrets, 'more'));
  writeFileSync(join(place.secrets, 'more', 'copy'), 'swordfish');
  dropSecrets(place);
  dropSecrets(place);
  expect(existsSync(place.secrets)).toBe(false);
});
