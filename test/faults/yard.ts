/** A fleet whose machines, git and disks can be taken away from it: every way between two parts is a link of ours. */

import { clockEnvironment } from '#test/support/fleet/clock.ts';
import { type FleetOptions, type FleetPlace, withFleet } from '#test/support/fleet/with-fleet.ts';
import { type Link, openLink } from '#test/support/link.ts';
import { mountDisks } from './disk.ts';
import type { Yard } from './life.ts';
import type { LinkName } from './plan.ts';
import type { Prerequisites } from './prerequisites.ts';

/** Loopback too; the coordinator listens on 127.0.0.1, and machines are told to dial this one. */
const machinesAt = '127.0.0.2';

export function withYard(
  { canMount, fakeTime }: Prerequisites,
  body: (yard: Yard) => Promise<void>,
): Promise<void> {
  const links: Partial<Record<LinkName, Link>> = {};
  const options: FleetOptions = {
    machinesAt,
    async gitAt(url) {
      links.git = await openLink(at('127.0.0.1', 0), at('127.0.0.1', Number(new URL(url).port)));
      return url.replace(/:\d+/, `:${links.git.port}`);
    },
    environment: directory => (fakeTime ? clockEnvironment(fakeTime, directory) : {}),
    async furnish(place) {
      for (const name of ['nats', 'machines'] as const) links[name] = await linkTo(place, name);
      for (const link of Object.values(links)) place.onClose(link.close);
      if (canMount) await mountDisks(place);
    },
  };
  return withFleet(options, fleet => {
    const { nats, machines, git } = links;
    if (!nats || !machines || !git) throw new Error('a link was not opened');
    return body({ fleet, links: { nats, machines, git }, inTurn: oneAfterTheOther() });
  });
}

const at = (host: string, port: number) => ({ host, port });

const linkTo = ({ ports }: FleetPlace, name: 'nats' | 'machines'): Promise<Link> =>
  openLink(at(machinesAt, ports[name]), at('127.0.0.1', ports[name]));

function oneAfterTheOther(): Yard['inTurn'] {
  let last: Promise<unknown> = Promise.resolve();
  return act => {
    const mine = last.then(act, act);
    last = mine;
    return mine;
  };
}
