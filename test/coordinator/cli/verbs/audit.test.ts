/** `paddock audit`, as people type it. */
import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { AuditEntry, AuditVerdict } from '#shared/audit.ts';
import {
  type Script,
  type ScriptedCoordinator,
  scriptedCoordinator,
} from '../support/scripted-coordinator.ts';
import { type Typed, typeCommand } from '../support/type-command.ts';

let coordinator: ScriptedCoordinator | null = null;
afterEach(async () => {
  await coordinator?.close();
  coordinator = null;
});

async function ask(answers: NonNullable<Script['answers']>, ...args: string[]): Promise<Typed> {
  coordinator = await scriptedCoordinator({ answers });
  const typed = await typeCommand(['--coordinator', coordinator.url, 'audit', ...args], { columns: 80 });
  return { ...typed, stdout: stripVTControlCharacters(typed.stdout).replaceAll(/ +$/gm, '') };
}

const digest = 'ab'.repeat(32);
const entry = (seq: number, facts: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ seq, at: Date.now() - 61_000, act: 'role.grant', outcome: 'done', code: null, way: 'cli' },
  actor: { kind: 'person', name: 'kim', id: null },
  ...{ address: '192.0.2.1', repository: null, subject: 'octocat acme/*' },
  ...{ before: { role: 'viewer' }, after: { role: 'admin' }, digest },
  ...facts,
});

test('acts are listed within 80 columns, with how it was and how it became, or why not', async () => {
  const items = [
    entry(812),
    entry(811, { outcome: 'refused', code: 'missing-permission', before: null, after: null }),
    entry(810, {
      subject: 's'.repeat(200),
      act: 'link.create',
      before: null,
      after: null,
      way: 'coordinator',
    }),
  ];
  const typed = await ask(
    { 'GET /api/v1/audit': () => ({ body: { items, next: 810 } }) },
    'list',
    '--limit',
    '3',
  );
  expect(typed.code).toBe(0);
  const lines = typed.stdout.trimEnd().split('\n');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines.slice(0, 4)).toEqual([
    expect.stringMatching(/^812 {2}✓ {2}role\.grant +octocat acme\/\* +kim +cli +1 min$/),
    '    role viewer → role admin',
    expect.stringMatching(/^811 {2}✕ {2}role\.grant/),
    '    missing-permission',
  ]);
  expect(typed.stderr).toContain('--before 810');
});

test('what is asked for goes to the coordinator, in as many answers as it takes', async () => {
  const page = Array.from({ length: 100 }, (_, n) => entry(300 - n));
  const answers = {
    'GET /api/v1/audit': () => ({ body: { items: page, next: 201 } }),
  };
  const typed = await ask(
    answers,
    ...['list', '--actor', 'kim', '--act', 'role', '--since', '2026-11-01', '--limit', '200', '--json'],
  );
  expect(JSON.parse(typed.stdout).items).toHaveLength(200);
  expect(coordinator?.asked.map(({ line }) => line)).toEqual([
    'GET /api/v1/audit?actor=kim&act=role&since=2026-11-01&max=100',
    'GET /api/v1/audit?actor=kim&act=role&since=2026-11-01&max=100&before=201',
  ]);
});

test.each([
  [['list', '--since', 'yesterday'], '--since'],
  [['list', '--outcome', 'bad'], '--outcome'],
  [['verify', '--known', '812'], 'expected what verify'],
])('a wish that cannot be is refused before it is sent: %j', async (args, why) => {
  const typed = await ask({}, ...args);
  expect(typed.code).toBe(2);
  expect(typed.stderr).toContain(why);
  expect(coordinator?.asked).toEqual([]);
});

test('verify prints what to keep, or where the log is broken and ends with 1', async () => {
  const whole: AuditVerdict = { entries: 12, first: 801, last: 812, digest, broken: null };
  const good = await ask({ 'GET /api/v1/audit/verify': () => ({ body: whole }) }, 'verify');
  expect(good).toMatchObject({
    code: 0,
    stdout: `12 entries, from 801 to 812, as they were written\nknown 812:${digest}\n`,
  });
  await coordinator?.close();
  const broken = { ...whole, broken: { seq: 805, why: 'entry 805 is missing' } };
  const known = `812:${digest}`;
  const bad = await ask({ 'GET /api/v1/audit/verify': () => ({ body: broken }) }, 'verify', '--known', known);
  expect(bad.code).toBe(1);
  expect(bad.stderr).toContain('entry 805 is missing');
  expect(coordinator?.asked[0]?.line).toBe(`GET /api/v1/audit/verify?known=812%3A${digest}`);
});
