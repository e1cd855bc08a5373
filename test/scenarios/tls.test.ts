/** Everything between machines and their coordinator goes by TLS, by an authority of this coordinator alone. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logOf, merge, openPull, settled } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';

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
