/** Everything between machines and their coordinator goes by TLS, by an authority of this coordinator alone. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { believedAsWord } from '#coordinator/tls/shown.ts';
import { hostInvitation } from '#shared/fleet-api.ts';
import { splitJoinToken, withAuthorities } from '#shared/tls.ts';
import { type Spawned, spawnPaddock } from '#test/coordinator/cli/support/spawned.ts';
import { createAuthority } from '#test/support/authority.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { paddock } from '#test/support/fleet/paddock.ts';
import { logOf, merge, openPull, push, settled } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

const file = (suites: object) => ({
  '.paddock.yml': JSON.stringify({ version: 1, suites, 'on-merge': dist }),
});
const dist = { dist: { steps: ['echo kept > kept'], artifacts: ['kept'] } };
const steps = [
  'cat README.md',
  'git log --format=%s -1',
  'echo "told of: $PADDOCK_CA_FILE$NODE_EXTRA_CA_CERTS."',
];

test('a machine enrols, fetches by git, and hands over its log and artifacts', {
  timeout: 90_000,
}, async () => {
  await withFleet({ isTls: true }, async fleet => {
    const pull = await openPull(fleet, file({ default: { steps } }));
    const job = await settled(fleet, pull.head, 'default', 60_000);
    expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
    expect(await logOf(fleet, job)).toMatch(/rocket\n[\s\S]*A change\n[\s\S]*told of: \.\n/);
    const landed = await merge(fleet, pull);
    expect(await settled(fleet, landed, 'dist', 60_000)).toMatchObject({
      ...{ standing: 'passed', artifacts: [{ path: 'kept' }] },
    });
    const host = join(fleet.dataDir, 'hosts/local');
    const { natsUrl, authorities } = JSON.parse(await readFile(join(host, 'credential.json'), 'utf8'));
    expect(natsUrl).toMatch(/^tls:/);
    expect(authorities).toBe(await readFile(join(fleet.dataDir, 'tls/ca.pem'), 'utf8'));
    expect(await readFile(join(host, 'ca.pem'), 'utf8')).toBe(authorities);
    expect(fleet.coordinator.log()).toContain('"natsUrl":"tls://127.0.0.1:');
  });
});

test('a host elsewhere joins by its line, believes what that says, and comes back without it', {
  timeout: 90_000,
}, async () => {
  await withFleet({ isTls: true, isLocalHostOn: false }, async fleet => {
    const invited = await paddock(fleet, 'host', 'add', 'attic', '--json');
    const { token, coordinator } = hostInvitation.parse(JSON.parse(invited.stdout));
    const first = runHost(fleet, coordinator, token);
    const pull = await openPull(fleet, file({ default: { steps } }));
    expect(await settled(fleet, pull.head, 'default', 60_000)).toMatchObject({ standing: 'passed' });
    await stop(first);
    const second = runHost(fleet, coordinator);
    const next = await push(fleet, pull, file({ default: { steps: ['echo again'] } }));
    expect(await settled(fleet, next.head, 'default', 60_000)).toMatchObject({ standing: 'passed' });
    await stop(second);
  });
});

test('a host that was told of no authority, or of another, says so and does not come in', {
  timeout: 60_000,
}, async () => {
  await withFleet({ isTls: true, isLocalHostOn: false }, async fleet => {
    const invited = await paddock(fleet, 'host', 'add', 'attic', '--json');
    const { token, coordinator } = hostInvitation.parse(JSON.parse(invited.stdout));
    const stranger = await createAuthority();
    const { token: bare } = splitJoinToken(token);
    for (const wrong of [bare, withAuthorities(bare, believedAsWord(stranger.pem))]) {
      const host = runHost(fleet, coordinator, wrong);
      await until('it says why', () =>
        /cannot be reached: .*certificate/.test(host.stderr() + host.stdout()),
      );
      await stop(host);
    }
    expect(await fleet.api.hosts()).toEqual([]);
  });
});

function runHost({ directory }: Fleet, coordinator: string, token?: string): Spawned {
  const env = { PATH: process.env.PATH, HOME: directory, ...(token ? { PADDOCK_JOIN_TOKEN: token } : {}) };
  const state = join(directory, 'attic');
  return spawnPaddock(['host', 'run', '--coordinator', coordinator, '--state', state], env);
}

async function stop({ child, ended }: Spawned): Promise<void> {
  child.kill('SIGTERM');
  await ended;
}
