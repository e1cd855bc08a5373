/** `npm run test:long -- egress`: a machine that reaches mirrors only. The other kinds are in `job-tests.ts`. */
import { expect, test } from 'vitest';
import { logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { debianImage } from './debian-image.ts';
import { withOutside } from './outside.ts';
import { answersIn, askFor, knock } from './reaching.ts';
import { useLibvirt } from './use-libvirt.ts';
import { withVirtualFleet } from './virtual-fleet.ts';

const minute = 60_000;
const session = useLibvirt();

test(
  'a suite on a machine that reaches mirrors only reaches those of its host',
  { timeout: 8 * minute },
  () =>
    withOutside(async ({ publicAddress, privateAddress, ports: [port, mirror] }) => {
      const image = await debianImage();
      const closed = { ...image, machine: { ...image.machine, egress: 'mirror-only' } as const };
      const mirrors = [`${publicAddress}:${mirror}`, `${privateAddress}:${mirror}`];
      await withVirtualFleet(session(), { image: closed, mirrors }, async fleet => {
        const steps = [
          askFor('mirror', `${publicAddress}:${mirror}`),
          askFor('private-mirror', `${privateAddress}:${mirror}`),
          askFor('other-port', `${publicAddress}:${port}`),
          askFor('name', 'example.org:443'),
          askFor('loopback', `127.0.0.1:${fleet.ports.people}`),
          askFor('metadata', '169.254.169.254:80'),
          knock('beyond', publicAddress, mirror),
        ];
        const { head } = await openPull(fleet, suite(...steps));
        const job = await settled(fleet, head, 'default', 3 * minute);
        expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
        expect(answersIn(await logOf(fleet, job))).toEqual({
          ...{ mirror: '200', 'private-mirror': '200', 'other-port': '403', name: '403' },
          ...{ loopback: '403', metadata: '403', beyond: 'closed' },
        });
      });
    }),
);
