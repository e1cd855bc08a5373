/** `npm run test:long -- behind-tls`: a coordinator behind a proxy with TLS, whose certificate no machine can look up. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createServer } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '#test/support/certificate.ts';
import { freePort } from '#test/support/fleet/free-port.ts';
import { logOf, merge, openPull, settled } from '#test/support/fleet/story.ts';
import { useLibvirt } from './use-libvirt.ts';
import { withVirtualFleet } from './virtual-fleet.ts';

const minute = 60_000;
const session = useLibvirt();

test('a virtual machine enrols, fetches its source and sends its artifacts by https', {
  timeout: 12 * minute,
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-tls-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const { key, certificate } = await makeCertificate(directory, 'localhost');
  const [tlsPort, names] = [await freePort(), new Set<string | false | null>()];
  let machines = 0;
  const proxy = createServer({ key: await readFile(key), cert: await readFile(certificate) }, outside => {
    names.add(outside.servername);
    const inside = connect({ port: machines, host: '127.0.0.1' });
    for (const carried of [pipeline(outside, inside), pipeline(inside, outside)])
      carried.catch(() => undefined); // a connection that ends, which the other side learns
  });
  proxy.listen(tlsPort, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  const options = {
    machineUrl: `https://localhost:${tlsPort}`,
    environment: () => ({ NODE_EXTRA_CA_CERTS: certificate }),
    furnish: async ({ ports }: { ports: { machines: number } }) => {
      machines = ports.machines;
    },
  };
  await withVirtualFleet(session(), options, async fleet => {
    const suite = { steps: ['cat README.md', 'echo "told of: $NODE_EXTRA_CA_CERTS."'] };
    const dist = { steps: ['echo kept > kept'], artifacts: ['kept'] };
    const file = { version: 1, suites: { default: suite }, 'on-merge': { dist } };
    const pull = await openPull(fleet, { '.paddock.yml': JSON.stringify(file) });
    const job = await settled(fleet, pull.head, 'default', 4 * minute);
    expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
    expect(await logOf(fleet, job)).toMatch(/rocket\n[\s\S]*told of: \.\n/);
    const landed = await merge(fleet, pull);
    expect(await settled(fleet, landed, 'dist', 4 * minute)).toMatchObject({
      ...{ standing: 'passed', artifacts: [{ path: 'kept' }] },
    });
  });
  expect([...names]).toEqual(['localhost']);
});
