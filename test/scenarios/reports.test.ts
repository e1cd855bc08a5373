import { expect, test } from 'vitest';
import { type Fleet, repository } from '#test/support/fleet/fleet.ts';
import { type Files, openPull, settled } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

const cases = [
  '<testcase name="reads"/>',
  '<testcase name="overflow"><failure message="got 0">tests/parser.c:88: got 0</failure></testcase>',
];
const report = `<testsuite name="parser">${cases.join('')}</testsuite>`;

const suiteWith = (reports: object, ...steps: (string | object)[]): Files => ({
  '.paddock.yml': JSON.stringify({ version: 1, suites: { default: { steps, reports } } }),
});

const status = (fleet: Fleet, head: string) => fleet.fake.statusOf(repository, head, 'paddock/here');

test('a step that fails leaves a report, and the status says which test it was', () =>
  withFleet({}, async fleet => {
    const step = `mkdir -p out; printf '%s' '${report}' > out/a.xml; exit 3`;
    const { head } = await openPull(fleet, suiteWith({ junit: ['out/*.xml'] }, step));
    expect(await settled(fleet, head)).toMatchObject({ standing: 'failed' });
    const sentence = 'failed: parser.c:88, 1 of 2 tests';
    await until('the status names the test', () => status(fleet, head)?.description === sentence);
    expect(status(fleet, head)?.state).toBe('failure');
  }));

test('a job that passes says how many tests did', () =>
  withFleet({}, async fleet => {
    const files = suiteWith({ tap: ['a.tap'] }, 'printf "1..2\\nok 1 - a\\nok 2 - b\\n" > a.tap');
    const { head } = await openPull(fleet, files);
    expect(await settled(fleet, head)).toMatchObject({ standing: 'passed' });
    await until('the status counts them', () =>
      /^passed in .*, 2 tests$/.test(status(fleet, head)?.description ?? ''),
    );
  }));

test('a step over its time leaves its report all the same', () =>
  withFleet({}, async fleet => {
    const step = { run: `printf '%s' '${report}' > a.xml; sleep 600`, timeout: '2s' };
    const { head } = await openPull(fleet, suiteWith({ junit: ['a.xml'] }, step));
    const { id, standing } = await settled(fleet, head);
    expect(standing).toBe('timed-out');
    await until('its tests are known', async () => (await fleet.api.tests(id)).counts.failed === 1);
  }));
