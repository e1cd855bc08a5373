import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import type { MachineDetail, MachineView } from '#shared/fleet-api.ts';
import { ProblemError } from '../live/problem-error.ts';
import { Command, CopyButton } from '../parts/copy-button.tsx';
import { Age } from '../parts/time.tsx';
import { system } from '../texts/system.ts';
import { Console, Facts, Part, Story } from './fleet-parts.tsx';
import { OpeningRow } from './opening-row.tsx';
import { signOfMachine } from './signs.ts';
import { machineQuery, machinesQuery } from './system-queries.ts';

/** What there is, and what did not start: the newest of those. */
export function Machines() {
  const { data: machines, failureReason: error } = useQuery(machinesQuery);
  const meant = useRouterState({ select: ({ location }) => location.hash });
  const isElsewhere =
    machines !== undefined && meant.startsWith('machine_') && !machines.some(({ id }) => id === meant);
  return (
    <Part title={system.machines} error={machines ? null : error}>
      {machines?.length === 0 && !isElsewhere ? (
        <div className="nothing">
          <p>{system.noMachinesYet}</p>
          <p className="dim">{system.noMachinesHint}</p>
          <Command text={system.scale} />
        </div>
      ) : (
        <ul className="fleet machines panel">
          {isElsewhere && <OlderMachine key={meant} id={meant} />}
          {machines?.map(machine => (
            <Machine key={machine.id} machine={machine} />
          ))}
        </ul>
      )}
    </Part>
  );
}

/** One that the address names and the list has no more. */
function OlderMachine({ id }: { id: string }) {
  const { data, error } = useQuery(machineQuery(id));
  if (data) return <Machine machine={data} />;
  if (!error) return null;
  const isAbsent = error instanceof ProblemError && error.problem.status < 500;
  return (
    <li className="held tone-queued" role="alert">
      {isAbsent ? system.absentMachine : `${system.trouble} ${error.message}`}
    </li>
  );
}

const Machine = ({ machine }: { machine: MachineView }) => {
  const { id, image, host, status, since, reason, diagnosis, hasFailed, job } = machine;
  const why = diagnosis ?? reason;
  return (
    <OpeningRow
      id={id}
      sign={signOfMachine(machine)}
      name={image}
      notes={why && <p className={`held ${hasFailed ? 'tone-failed' : 'tone-queued'}`}>{why}</p>}
      body={() => <MachineBody id={id} />}
    >
      <span>{host}</span>
      <span className="dim">{hasFailed ? system.failed : status}</span>
      <Age at={since} />
      <code className="machine-id dim">{id}</code>
      {job && (
        <Link to="/jobs/$id" params={{ id: job }} className="link">
          {system.job}
        </Link>
      )}
    </OpeningRow>
  );
};

/** What it is, what it wrote, its story. */
function MachineBody({ id }: { id: string }) {
  const { data: machine, error } = useQuery(machineQuery(id));
  if (machine) return <MachineInFull machine={machine} />;
  return error ? (
    <p className="bad" role="alert">
      {system.trouble} {error.message}
    </p>
  ) : null;
}

/** What was on its display when it was given up. */
function Screen({ id }: { id: string }) {
  const src = `/api/v1/machines/${encodeURIComponent(id)}/screen.png`;
  return (
    <section aria-label={system.screen}>
      <h3>
        {system.screen}{' '}
        <a className="link" href={src} download={`${id}.png`}>
          {system.saveScreen}
        </a>
      </h3>
      <img className="machine-screen" src={src} alt={system.screenOf(id)} />
    </section>
  );
}

function MachineInFull({ machine }: { machine: MachineDetail }) {
  const { id, host, createdAt, reason, attempt, console, hasFailed, screen, events } = machine;
  const { facts } = system;
  return (
    <>
      <Facts
        facts={[
          [
            facts.id,
            <span key="id" className="commit">
              <code>{id}</code>
              <CopyButton text={id} label={id} />
            </span>,
          ],
          [facts.host, host],
          [facts.made, <Age key="made" at={createdAt} />],
          attempt === null ? null : [facts.attempt, <code key="attempt">{attempt}</code>],
          reason === null ? null : [facts.reason, reason],
        ]}
      />
      {console ? (
        <Console title={system.console} text={console.text} />
      ) : (
        hasFailed && (
          <section aria-label={system.console}>
            <h3>{system.console}</h3>
            <p className="dim">{system.noConsole}</p>
          </section>
        )
      )}
      {screen && <Screen id={id} />}
      <Story title={system.events} events={events} />
    </>
  );
}
