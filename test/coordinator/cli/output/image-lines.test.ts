/** Images, versions and reports as lines of a terminal. */
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { imageLines, imageTable, reportLines } from '#coordinator/cli/output/image-lines.ts';
import { imageDetail, imageReport } from '#shared/image-api.ts';

const now = Date.parse('2026-11-30T12:00:00Z');
const plain = picocolors.createColors(false);
const day = 86_400_000;

const report = imageReport.parse({
  at: now,
  isOk: false,
  checks: [
    { name: 'boots', result: 'failed', detail: '2 machines of it never reported in: no agent', ms: null },
    { name: 'agent', result: 'skipped', detail: 'never got so far', ms: null },
  ],
  machine: null,
  console: 'first line\nno agent',
  jobs: [],
});

const image = imageDetail.parse({
  name: 'netbsd-10',
  os: 'netbsd',
  arch: 'x86_64',
  driver: 'libvirt',
  eol: '2026-12-10',
  aliases: ['netbsd/10', 'netbsd/latest'],
  origin: 'registered',
  serves: { repositories: ['acme/*'], suites: ['unit'] },
  current: 1,
  isDisabled: false,
  probation: null,
  versions: [
    {
      number: 2,
      digest: 'b'.repeat(64),
      status: 'refused',
      isCurrent: false,
      addedAt: now,
      run: null,
      report,
    },
    {
      number: 1,
      digest: 'a'.repeat(64),
      status: 'ready',
      isCurrent: true,
      addedAt: now - day,
      run: null,
      report: null,
    },
  ],
  decisions: [],
});

test('a report says of each check what was seen, and ends with what the machine printed', () =>
  expect(reportLines(report, plain, 80)).toEqual([
    '✕  starts and reports in   2 machines of it never reported in: no agent',
    '–  agent and architecture  never got so far',
    '',
    'What its machine printed last',
    '  first line',
    '  no agent',
  ]));

test.each([
  [{ isDone: true, filled: 1, jobs: 1, passedOver: 0, pending: 0 }, '1 got 1 job'],
  [
    { isDone: false, filled: 12, jobs: 24, passedOver: 2, pending: 3 },
    '12 got 24 jobs, 2 passed over, 3 to come',
  ],
])('an image says how many open heads have come to it: %j', (backfill, text) => {
  expect(imageLines({ ...image, backfill }, plain, 100, now)).toContain(`  open heads  ${text}`);
  expect(imageLines(image, plain, 100, now).join('\n')).not.toContain('open heads');
});

test('an image has its facts, its versions and the newest report', () => {
  const lines = imageLines(image, plain, 100, now);
  expect(lines[0]).toBe('✓ netbsd-10 · version 1');
  expect(lines.join('\n')).toContain('netbsd-10 has no support from its makers after 2026-12-10, in 9 days');
  expect(lines.join('\n')).toContain('acme/*: unit');
  expect(lines.filter(line => /^ +[12] {2}/.test(line))).toEqual([
    '  2  refused           just now  bbbbbbbbbbbb',
    '  1  ready    current       1 d  aaaaaaaaaaaa',
  ]);
});

test.each([
  [{}, '✓', 'version 1'],
  [{ isDisabled: true }, '◇', 'version 1, disabled'],
  [{ current: null, probation: 1 }, '✕', 'none is ready, version 1 on probation'],
  [{ probation: 2 }, '✓', 'version 1, version 2 on probation'],
  [{ origin: 'configuration' as const, current: null }, '✓', 'the configuration'],
])('%j is %s %s', (facts, sign, words) => {
  const [line = ''] = imageTable([{ ...image, eol: null, ...facts }], plain, 120, now);
  expect(line).toMatch(new RegExp(`^${sign}`));
  expect(line).toContain(`  ${words}  `);
});

test.each([
  ['2026-11-01', 'netbsd-10 has had no support from its makers since 2026-11-01'],
  ['2028-01-01', null],
])('of an end of life on %s it is said: %s', (eol, sentence) => {
  const [line = ''] = imageTable([{ ...image, eol }], plain, 200, now);
  if (sentence === null) expect(line).not.toContain('support');
  else expect(line).toContain(sentence);
});
