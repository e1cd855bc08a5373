import { expect, test } from 'vitest';
import { repository } from '#test/support/fleet/fleet.ts';
import { gate } from '#test/support/fleet/gate.ts';
import {
  jobOf,
  logOf,
  merge,
  openPull,
  printed,
  push,
  runOf,
  settled,
  suite,
} from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';

test('a newer commit ends the job of the older one and is tested itself', () =>
  withFleet({}, async fleet => {
    const pull = await openPull(fleet, suite(gate(fleet).step));
    await printed(fleet, pull.head, 'waiting');
    const { head } = await push(fleet, pull, suite('echo newer'));
    expect((await settled(fleet, pull.head)).standing).toBe('superseded');
    expect((await settled(fleet, head)).standing).toBe('passed');
  }));

test('with every-commit each commit is tested to its end, also those of one push', () =>
  withFleet({ commits: 'every-commit' }, async fleet => {
    const { step, open } = gate(fleet);
    const pull = await openPull(fleet, suite(step));
    await printed(fleet, pull.head, 'waiting');
    const between = await fleet.origin.commit(pull.branch, 'Between', suite('echo between'));
    const { head } = await push(fleet, pull, suite('echo newer'), [between]);
    expect((await settled(fleet, head)).standing).toBe('passed');
    expect((await settled(fleet, between)).standing).toBe('passed');
    await open();
    expect((await settled(fleet, pull.head)).standing).toBe('passed');
  }));

const withArtifact = {
  '.paddock.yml': JSON.stringify({
    version: 1,
    suites: { default: { steps: ['test "$(cat README.md)" = rocket'] } },
    'on-merge': {
      dist: { steps: ['mkdir dist', 'git log -1 --format=%H > dist/commit'], artifacts: ['dist/*'] },
    },
  }),
};

test('what passed on the merged commit builds its artifact there, once for the push and the close', () =>
  withFleet({}, async fleet => {
    const pull = await openPull(fleet, withArtifact);
    await settled(fleet, pull.head);
    const landed = await merge(fleet, pull);
    const dist = await settled(fleet, landed, 'dist');
    const [artifact] = dist.artifacts;
    expect(dist).toMatchObject({ standing: 'passed', artifacts: [{ path: 'dist/commit' }] });
    expect((await fleet.api.bytes(artifact?.url ?? '')).toString()).toBe(`${landed}\n`);
    expect((await fleet.api.runs()).filter(({ commit }) => commit === landed)).toHaveLength(1);
  }));

test('what failed on the merged commit builds nothing, and says which suite it was', () =>
  withFleet({}, async fleet => {
    const pull = await openPull(fleet, { ...withArtifact, 'README.md': 'something else\n' });
    expect((await settled(fleet, pull.head)).standing).toBe('failed');
    const landed = await merge(fleet, pull);
    expect(await settled(fleet, landed, 'dist')).toMatchObject({
      standing: 'skipped',
      artifacts: [],
      attempts: 0,
    });
  }));

test('a pull request that is closed without a merge stops its jobs; reopened, they run again', () =>
  withFleet({}, async fleet => {
    const { step, open } = gate(fleet);
    const pull = await openPull(fleet, suite(step));
    await printed(fleet, pull.head, 'waiting');
    await fleet.send(fleet.fake.github.closePull({ repository, number: pull.number }));
    expect((await settled(fleet, pull.head)).standing).toBe('cancelled');
    await open();
    await fleet.send(fleet.fake.github.reopenPull({ repository, number: pull.number }));
    await printed(fleet, pull.head, 'going on');
    expect(await settled(fleet, pull.head)).toMatchObject({ standing: 'passed', attempts: 2 });
  }));

test('nothing of a fork runs where nothing keeps it apart, and its status says what to do', () =>
  withFleet({}, async fleet => {
    const { fake, origin, send } = fleet;
    const fork = { fullName: 'stranger/rocket', cloneUrl: 'http://127.0.0.1:9/stranger/rocket.git' };
    const main = await origin.commit('main', 'Again', {});
    fake.github.createRepository({ ...fork, head: main, forkOf: repository });
    const head = await origin.commit('theirs', 'Mine some coins', suite('echo coins'));
    fake.github.push({ repository: fork.fullName, branch: 'theirs', commits: [{ sha: head }] });
    const pull = { repository, branch: 'theirs', from: fork.fullName, title: 'Mine some coins' };
    await send(fake.github.openPull(pull).events);
    expect(await jobOf(fleet, head)).toMatchObject({ standing: 'errored', attempts: 0 });
    const said = () => fake.statusOf(repository, head, 'paddock/here')?.description;
    await expect
      .poll(said)
      .toBe(
        'could not be tested: here isolates nothing; a maintainer has to push the commit to a branch of acme/rocket',
      );
  }));

test('a push to the default branch is tested as landed, one to another branch is listed and left alone', () =>
  withFleet({}, async fleet => {
    const { fake, origin, send, api } = fleet;
    const sha = await origin.commit('main', 'Straight in', suite('echo hello'));
    await send(fake.github.push({ repository, branch: 'main', commits: [{ sha }] }));
    const job = await settled(fleet, sha);
    expect(await logOf(fleet, job)).toBe('hello\n');
    expect((await runOf(fleet, sha)).purpose).toBe('landed');
    const elsewhere = await origin.commit('aside', 'Elsewhere', suite('echo never'));
    await send(fake.github.push({ repository, branch: 'aside', commits: [{ sha: elsewhere }] }));
    await expect.poll(async () => (await api.deliveries())[0]?.verdict).toBe('not-acted-on');
    expect((await api.runs()).map(({ commit }) => commit)).not.toContain(elsewhere);
  }));
