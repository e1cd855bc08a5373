import type { SystemView } from '#shared/api.ts';
import { Age } from '../parts/time.tsx';
import { texts } from '../texts/texts.ts';

const { system } = texts;

type HostsProps = Pick<SystemView, 'hosts' | 'machines'>;

export const Hosts = ({ hosts, machines }: HostsProps) => (
  <section>
    <h2>{system.hosts}</h2>
    {hosts.length === 0 ? (
      <p>{system.noHosts}</p>
    ) : (
      <ul className="panel rows">
        {hosts.map(host => (
          <Host key={host.id} host={host} machines={machines.filter(machine => machine.host === host.id)} />
        ))}
      </ul>
    )}
  </section>
);

function Host({ host, machines }: { host: HostsProps['hosts'][number]; machines: HostsProps['machines'] }) {
  const { id, name, isConnected, isDraining, drivers, lastSeenAt } = host;
  return (
    <li>
      <b title={id}>{name}</b>
      <span className={isConnected ? 'good' : 'bad'}>{isConnected ? system.connected : system.silent}</span>
      {isDraining && <span className="dim">{system.draining}</span>}
      <span className="dim">{drivers.map(driver => `${driver.name} (${driver.isolation})`).join(', ')}</span>
      <span className="rows-machines">
        {machines.map(machine => (
          <span key={machine.id} className="machine" title={machine.id}>
            {machine.image} {machine.status}
          </span>
        ))}
      </span>
      {!isConnected && (
        <span className="dim">
          {system.lastSeen} <Age at={lastSeenAt} />
        </span>
      )}
    </li>
  );
}
