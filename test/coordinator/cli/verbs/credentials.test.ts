/** `paddock credentials`, as people type it. */
import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { type CredentialView, credentialKindNames, credentialKinds, isRootKey } from '#shared/credentials.ts';
import { type ScriptedCoordinator, scriptedCoordinator } from '../support/scripted-coordinator.ts';
import { typeCommand } from '../support/type-command.ts';

let coordinator: ScriptedCoordinator | null = null;
afterEach(async () => {
  await coordinator?.close();
  coordinator = null;
});

const credential = (kind: CredentialView['kind'], facts: Partial<CredentialView> = {}): CredentialView => {
  const { holder, scope, revoked } = credentialKinds[kind];
  return {
    ...{ kind, name: 'x'.repeat(60), holder, scope, revoked, since: Date.now() - 90_000, lastUsedAt: null },
    ...{ file: null, expiresAt: isRootKey(kind) ? null : Date.now() + 2 * 3_600_000 + 60_000 },
    ...facts,
  };
};

async function ask(credentials: CredentialView[], ...args: string[]) {
  const body = { credentials, isCut: false };
  coordinator = await scriptedCoordinator({ answers: { 'GET /api/v1/credentials': () => ({ body }) } });
  const options = { columns: 80 };
  const typed = await typeCommand(['--coordinator', coordinator.url, 'credentials', ...args], options);
  return { ...typed, lines: stripVTControlCharacters(typed.stdout).trimEnd().split('\n') };
}

test('every kind stands within 80 columns, with how it ends, and with --long how it is taken back', async () => {
  const all = credentialKindNames.map(kind => credential(kind));
  const { code, lines, stderr } = await ask(all, '--long');
  expect(code).toBe(0);
  expect(lines).toHaveLength(2 * all.length);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines[0]).toMatch(/^admin-token .+root key$/);
  expect(lines[1]).toBe('    everything; taken back: remove the file, restart');
  expect(lines.find(line => line.startsWith('session'))).toMatch(/ends in 2 h/);
  expect(stderr).toContain(`${all.length} credentials, 12 of them root keys`);
});

test('a file that others may read is said to be too open, and the exit code is 1', async () => {
  const path = '/srv/paddock/admin-token';
  const file = { path, mode: '644', isTooOpen: true };
  const { code, lines, stderr } = await ask([credential('admin-token', { name: 'admin-token', file })]);
  expect(code).toBe(1);
  expect(lines[0]).toContain('644, too open');
  expect(stderr).toContain(`chmod 600 ${path}`);
});

test('for programs it is JSON', async () => {
  const one = credential('session', { name: 'ses_1' });
  const { stdout } = await ask([one], '--json');
  expect(JSON.parse(stdout)).toEqual({ credentials: [one], isCut: false });
});
