import { useQuery } from '@tanstack/react-query';
import type { HostView } from '#shared/fleet-api.ts';
import { sizeText } from '#shared/size.ts';
import { useNow } from '../live/clock.ts';
import { ageText, exactText } from '../parts/ages.ts';
import { Command } from '../parts/copy-button.tsx';
import { Shape } from '../parts/shape.tsx';
import { system } from '../texts/system.ts';
import { Held, MachineCounts, Part } from './fleet-parts.tsx';
import { signOfHost } from './signs.ts';
import { hostsQuery } from './system-queries.ts';

const ageStepMs = 5_000;

/** Is there room, is anything sick? */
export function Hosts() {
  const { data: hosts, failureReason: error } = useQuery(hostsQuery);
  return (
    <Part title={system.hosts} error={hosts ? null : error}>
      {hosts?.length === 0 ? (
        <div className="nothing">
          <p>{system.noHosts}</p>
          <Command text={system.addHost} />
          <p className="dim">{system.noHostsHint}</p>
        </div>
      ) : (
        <ul className="fleet panel">
          {hosts?.map(host => (
            <Host key={host.id} host={host} />
          ))}
        </ul>
      )}
    </Part>
  );
}

const Host = ({ host }: { host: HostView }) => (
  <li className="host">
    <Shape {...signOfHost(host)} />
    <span className="host-name">
      <b title={host.id}>{host.name}</b> <Standing host={host} />
    </span>
    <Room host={host} />
    {Object.keys(host.machines).length === 0 ? (
      <span className="dim">{system.noMachines}</span>
    ) : (
      <MachineCounts counts={host.machines} />
    )}
    <p className="host-facts dim">{factsOf(host)}</p>
    {host.quarantine && <Held held={host.quarantine} />}
  </li>
);

function Standing({ host: { isConnected, isDraining, lastSeenAt, quarantine } }: { host: HostView }) {
  const now = useNow(ageStepMs);
  const connection =
    lastSeenAt === null
      ? system.neverSeen
      : isConnected
        ? system.connected
        : system.silentFor(ageText(lastSeenAt, now));
  const others = [isDraining && system.draining, quarantine && system.inQuarantine].filter(Boolean);
  return (
    <span
      className={isConnected ? 'dim' : 'bad'}
      title={lastSeenAt === null ? undefined : exactText(lastSeenAt)}
    >
      {[connection, ...others].join(', ')}
    </span>
  );
}

function Room({ host: { room, diskFreeMiB } }: { host: HostView }) {
  if (!room) return <span />;
  const { cpus, memoryMiB } = room;
  return (
    <span className="room">
      <Share {...cpus} text={system.freeCpus(cpus.free, cpus.total)} />
      <Share {...memoryMiB} text={system.freeMemory(sizeText(memoryMiB.free), sizeText(memoryMiB.total))} />
      {diskFreeMiB !== null && <span>{system.freeDisk(sizeText(diskFreeMiB))}</span>}
    </span>
  );
}

/** How much is taken, as a bar below the words that say it. */
const Share = ({ total, free, text }: { total: number; free: number; text: string }) => (
  <span className="share">
    {text}
    <span className="share-bar" aria-hidden="true">
      <span style={{ width: `${total === 0 ? 0 : ((total - free) / total) * 100}%` }} />
    </span>
  </span>
);

/** Its system, its drivers with what separates their machines from it, and processors that need not be its own; what an admin says of it. */
function factsOf({ system: own, drivers, labels, resources }: HostView): string {
  const processors = drivers.flatMap(({ architectures = [] }) => architectures);
  const list = processors.map(({ arch, isEmulated }) => system.processor(arch, isEmulated)).join(', ');
  const isSlow = processors.some(({ isEmulated }) => isEmulated);
  return [
    own && `${own.os} ${own.arch}`,
    drivers.map(({ name, isolation }) => system.driver(name, isolation)).join(', '),
    system.labels(labels),
    system.resources(resources),
    list && system.processors(isSlow ? `${list} (${system.slowness})` : list),
  ]
    .filter(Boolean)
    .join(' · ');
}
