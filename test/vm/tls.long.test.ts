/** `npm run test:long -- vm/tls`: virtual machines and a coordinator that speaks nothing but TLS, NATS included. */
import { expect, test } from 'vitest';
import { logOf, merge, openPull, settled } from '#test/support/fleet/story.ts';
import { useLibvirt } from './use-libvirt.ts';
import { withVirtualFleet } from './virtual-fleet.ts';

const minute = 60_000;
const session = useLibvirt();

test('a virtual machine believes what came on its config disk, through the relay of its host', {
  timeout: 12 * minute,
}, async () => {
  await withVirtualFleet(session(), { isTls: true }, async fleet => {
    const suite = { steps: ['cat README.md', 'echo "told of: $PADDOCK_CA_FILE."'] };
    const dist = { steps: ['echo kept > kept'], artifacts: ['kept'] };
    const file = { version: 1, suites: { default: suite }, 'on-merge': { dist } };
    const pull = await openPull(fleet, { '.paddock.yml': JSON.stringify(file) });
    const job = await settled(fleet, pull.head, 'default', 5 * minute);
    expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
    expect(await logOf(fleet, job)).toMatch(/rocket\n[\s\S]*told of: \.\n/);
    const landed = await merge(fleet, pull);
    expect(await settled(fleet, landed, 'dist', 5 * minute)).toMatchObject({
      ...{ standing: 'passed', artifacts: [{ path: 'kept' }] },
    });
  });
});
