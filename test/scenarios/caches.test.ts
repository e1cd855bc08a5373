import { expect, test } from 'vitest';
import type { CommitSha } from '#shared/ids.ts';
import { type Fleet, repository } from '#test/support/fleet/fleet.ts';
import { type Files, logOf, openPull, push, settled } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';

/** Says what it finds, leaves its own name, and ends as told. */
const suite = (lock: string, end = 'true'): Files => ({
  lock,
  '.paddock.yml': JSON.stringify({
    version: 1,
    suites: {
      default: {
        caches: [{ prefix: 'deps', files: ['lock'], path: '~/.deps' }],
        steps: [
          'cat ~/.deps/maker 2>/dev/null || echo nothing',
          'mkdir -p ~/.deps; git log -1 --format=%s > ~/.deps/maker',
          end,
        ],
      },
    },
  }),
});

/** What the job of a commit found when it began. */
async function found(fleet: Fleet, commit: CommitSha, standing = 'passed'): Promise<string> {
  const job = await settled(fleet, commit);
  expect(job.standing).toBe(standing);
  return (await logOf(fleet, job)).split('\n')[0] ?? '';
}

async function land(fleet: Fleet, title: string, files: Files): Promise<CommitSha> {
  const sha = await fleet.origin.commit('main', title, files);
  await fleet.send(fleet.fake.github.push({ repository, branch: 'main', commits: [{ sha }] }));
  return sha;
}

test('a job finds what the last one that passed on its base has left, and a change keeps its own to itself', () =>
  withFleet({}, async fleet => {
    expect(await found(fleet, await land(fleet, 'First', suite('1')))).toBe('nothing');
    expect(await found(fleet, await land(fleet, 'Red', suite('2', 'false')), 'failed')).toBe('First');
    const one = await openPull(fleet, suite('3'), { branch: 'one', title: 'One' });
    expect(await found(fleet, one.head)).toBe('First');
    const more = await push(fleet, one, suite('3'));
    expect(await found(fleet, more.head)).toBe('One');
    const other = await openPull(fleet, suite('3'), { branch: 'other', title: 'Other' });
    expect(await found(fleet, other.head)).toBe('First');
    expect(await found(fleet, await land(fleet, 'Last', suite('3')))).toBe('First');
  }));
