import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import { until } from '#test/support/until.ts';
import { debianImage } from './debian-image.ts';
import type { LibvirtSession } from './libvirt-session.ts';
import { withOutside } from './outside.ts';
import { answersIn, askFor, knock } from './reaching.ts';
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
        steps.push(knock('proxy', '10.0.2.2', 3128), 'echo "told of: $http_proxy."');
        const { head } = await openPull(fleet, suite(...steps));
        const job = await settled(fleet, head, 'default', 3 * minute);
        expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
        const log = await logOf(fleet, job);
        for (const words of [
          'Debian GNU/Linux 12',
          'rocket',
          'build\nx86_64\n',
          '\n100000\n',
          'proxy closed\ntold of: .\n',
        ])
          expect(log).toContain(words);
      }),
  );

  test(
    'a suite reaches the machine listener, NATS and, by the proxy, what is outside; nothing of its host, and no private network',
    {
      timeout: 5 * minute,
    },
    () =>
      withOutside(async ({ publicAddress, privateAddress, hostAddress, ports: [port, mirror] }) => {
        const mirrors = [`${privateAddress}:${mirror}`];
        const image = await debianImage();
        const open = { ...image, machine: { ...image.machine, egress: 'open' } as const };
        await withVirtualFleet(session(), { image: open, mirrors }, async fleet => {
          const nats = Number(new URL(natsUrlIn(fleet.coordinator.log())).port);
          const { people, machines } = fleet.ports;
          const steps = [
            knock('machines', '10.0.2.2', machines),
            knock('nats', '10.0.2.2', nats),
            knock('people', '10.0.2.2', people),
            knock('itself', '127.0.0.1', people),
            knock('host', hostAddress, people),
            knock('name-server', '10.0.2.3', 53),
            knock('beyond', publicAddress, port),
            askFor('by-proxy', `${publicAddress}:${port}`),
            askFor('mirror', `${privateAddress}:${mirror}`),
            askFor('private', `${privateAddress}:${port}`),
            askFor('loopback', `127.0.0.1:${people}`),
            askFor('loopback-disguised', `2130706433:${people}`),
            askFor('host-by-proxy', `${hostAddress}:${people}`),
            askFor('metadata', '169.254.169.254:80'),
            askFor('guest', '10.0.2.15:22'),
          ];
          const { head } = await openPull(fleet, suite(...steps));
          const job = await settled(fleet, head, 'default', 3 * minute);
          expect(job).toMatchObject({ standing: 'passed', attempts: 1 });
          expect(answersIn(await logOf(fleet, job))).toEqual({
            ...{ machines: 'open', nats: 'open', people: 'closed', itself: 'closed', host: 'closed' },
            ...{
              'name-server': 'closed',
              beyond: 'closed',
              'by-proxy': '200',
              mirror: '200',
              private: '403',
            },
            ...{ loopback: '403', 'loopback-disguised': '403', 'host-by-proxy': '403', metadata: '403' },
            guest: '403',
          });
          const log = await readFile(join(fleet.dataDir, 'hosts/local/agent.log'), 'utf8');
          expect(log).toContain(`169.254.169.254:80 is not reached: machine.egress of this image is open`);
          await until('its refusals are counted', async () =>
            (await readFile(join(fleet.dataDir, 'hosts/local/agent.log'), 'utf8')).includes(
              '6 connections of a machine were refused',
            ),
          );
        });
      }),
  );

  function natsUrlIn(log: string): string {
    const [, url] = /"natsUrl":"([^"]+)"/.exec(log) ?? [];
    if (!url) throw new Error('the coordinator has not said where NATS is');
    return url;
  }
}
