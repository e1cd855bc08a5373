import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SettingsInvalid } from '#agent/guest/errors.ts';
import { readSettings } from '#agent/guest/settings.ts';
import { machine } from './support/specs.ts';

let directory: string;
let env: Record<string, string>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-settings-'));
  const file = join(directory, 'ticket');
  await writeFile(file, 'the-secret-ticket\n', { mode: 0o600 });
  env = { PADDOCK_MACHINE: machine, PADDOCK_ENROL_URL: 'http://127.0.0.1:1', PADDOCK_TICKET_FILE: file };
});

afterEach(() => rm(directory, { recursive: true, force: true }));

test('the ticket is read from its file, and the file is gone', () => {
  expect(readSettings(env).ticket).toBe('the-secret-ticket');
  expect(existsSync(join(directory, 'ticket'))).toBe(false);
});

test('what the host did not set has a default', () => {
  const { workDirectory, expiresAt, reuse } = readSettings(env);
  expect([workDirectory, expiresAt, reuse]).toEqual([
    join(tmpdir(), `paddock-${machine}`),
    null,
    'single-use',
  ]);
});

test('the dead-man timer and the work directory come from the environment', () => {
  const settings = readSettings({ ...env, PADDOCK_EXPIRES_AT: '1800000000000', PADDOCK_WORK: '/somewhere' });
  expect(settings).toMatchObject({ expiresAt: 1_800_000_000_000, workDirectory: '/somewhere' });
});

test('every problem is named in one message, and no ticket is in it', () => {
  const wrong = { ...env, PADDOCK_MACHINE: 'x', PADDOCK_ENROL_URL: 'ftp://x', PADDOCK_EXPIRES_AT: 'soon' };
  expect(() => readSettings(wrong)).toThrow(SettingsInvalid);
  expect(() => readSettings(wrong)).toThrow(/PADDOCK_MACHINE.*PADDOCK_ENROL_URL.*PADDOCK_EXPIRES_AT/s);
  expect(existsSync(join(directory, 'ticket'))).toBe(true);
});

test('a ticket that cannot be read is named by its variable', () => {
  expect(() => readSettings({ ...env, PADDOCK_TICKET_FILE: join(directory, 'none') })).toThrow(
    /PADDOCK_TICKET_FILE.*ENOENT/,
  );
});
