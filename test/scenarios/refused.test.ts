import { expect, test } from 'vitest';
import { image, repository } from '#test/support/fleet/fleet.ts';
import { openPull, push, runOf, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

const broken = (text: string) => ({ '.paddock.yml': text });

test('a mistake in .paddock.yml is an error status with file, line and column; the fix is tested', () =>
  withFleet({}, async fleet => {
    const text = 'version: 1\nsuites:\n  unit:\n    steps: [true]\n    needs: [lint]\n';
    const pull = await openPull(fleet, broken(text));
    const status = () => fleet.fake.statusOf(repository, pull.head, 'paddock');
    expect(await until('there is a status', status)).toMatchObject({
      state: 'error',
      description: expect.stringMatching(/^\.paddock\.yml:4:13 .*/),
    });
    const { head } = await push(fleet, pull, suite('echo mended'));
    expect((await settled(fleet, head)).standing).toBe('passed');
  }));

test('a commit that nobody has is refused in the words of git, without trying again', () =>
  withFleet({}, async fleet => {
    const { fake, send } = fleet;
    const sha = '0123456789012345678901234567890123456789';
    await send(fake.github.push({ repository, branch: 'main', commits: [{ sha }] }));
    await until('it is refused', async () => (await runOf(fleet, sha)).standing === 'refused');
    expect((await runOf(fleet, sha)).message).toContain('cannot fetch 0123456');
    const status = () => fake.statusOf(repository, sha, 'paddock');
    expect((await until('there is a status', status)).state).toBe('error');
  }));

test('a repository without a suite file has no status, and the reason is in Paddock', () =>
  withFleet({}, async fleet => {
    const { head } = await openPull(fleet, { 'other.txt': 'nothing to test' });
    await until('it is looked at', async () => (await runOf(fleet, head)).standing === 'empty');
    expect((await runOf(fleet, head)).message).toContain('no .paddock.yml');
    expect(fleet.fake.github.statusesOf(repository, head)).toEqual([]);
  }));

test('an image that nobody has is a warning beside the job that runs', () =>
  withFleet({}, async fleet => {
    const file = { version: 1, suites: { default: { steps: ['true'], images: [image, 'plan-9'] } } };
    const { head } = await openPull(fleet, { '.paddock.yml': JSON.stringify(file) });
    expect((await settled(fleet, head)).standing).toBe('passed');
    expect((await runOf(fleet, head)).warnings.join()).toContain('plan-9');
  }));
