import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import type { LibvirtSession } from './libvirt-session.ts';
import { withVirtualFleet } from './virtual-fleet.ts';

const minute = 60_000;
export function jobTests(session: () => LibvirtSession): void {
  test(
    'a pull request is tested in a fresh virtual machine, as its user, and nothing of it is left',
    {
      timeout: 5 * minute,
    },
    () =>
      withVirtualFleet(session(), {}, async fleet => {
        const steps = ['cat /etc/os-release README.md', 'id -un; uname -m; pwd', 'seq 100000 | tail -n 1'];
        const { head } = await openPull(fleet, suite(...steps));
        const job = await settled(fleet, head, 'default', 3 * minute);
        expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
        const log = await logOf(fleet, job);
        for (const words of ['Debian GNU/Linux 12', 'rocket', 'build\nx86_64\n', '\n100000\n'])
          expect(log).toContain(words);
      }),
  );

  /** `open` where something took the connection, whatever it then said. */
  const knock = (name: string, host: string, port: number): string =>
    `if timeout 5 bash -c ': < /dev/tcp/${host}/${port}' 2> /dev/null; then echo ${name} open; else echo ${name} closed; fi`;

  test(
    'a suite reaches the machine listener and NATS, and nothing else of its host or beyond',
    {
      timeout: 5 * minute,
    },
    () =>
      withVirtualFleet(session(), {}, async fleet => {
        const nats = Number(new URL(natsUrlIn(fleet.coordinator.log())).port);
        const outside = Object.values(networkInterfaces())
          .flatMap(addresses => addresses ?? [])
          .find(({ internal, family }) => !internal && family === 'IPv4');
        const steps = [
          knock('machines', '10.0.2.2', fleet.ports.machines),
          knock('nats', '10.0.2.2', nats),
          knock('people', '10.0.2.2', fleet.ports.people),
          knock('itself', '127.0.0.1', fleet.ports.people),
          ...(outside ? [knock('host', outside.address, fleet.ports.people)] : []),
          knock('name-server', '10.0.2.3', 53),
          knock('beyond', '192.0.2.1', 80),
        ];
        const { head } = await openPull(fleet, suite(...steps));
        const job = await settled(fleet, head, 'default', 3 * minute);
        expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
        const answers = (await logOf(fleet, job)).split('\n').filter(line => / (open|closed)$/.test(line));
        expect(answers.filter(line => line.endsWith(' open'))).toEqual(['machines open', 'nats open']);
        expect(answers).toHaveLength(steps.length);
      }),
  );

  function natsUrlIn(log: string): string {
    const [, url] = /"natsUrl":"([^"]+)"/.exec(log) ?? [];
    if (!url) throw new Error('the coordinator has not said where NATS is');
    return url;
  }
}
