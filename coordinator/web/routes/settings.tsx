import { useQuery } from '@tanstack/react-query';
import type { SystemView } from '#shared/api.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { systemQuery } from '../live/queries.ts';
import { ProblemView } from '../parts/problem-view.tsx';
import { Age } from '../parts/time.tsx';
import { Hosts } from '../system/hosts.tsx';
import { Images } from '../system/images.tsx';
import { UnsentStatuses } from '../system/unsent-statuses.tsx';
import '../system/system.css';
import { texts } from '../texts/texts.ts';

const { system } = texts;

/** Is anything sick, is there room, does GitHub know? */
export function SettingsPage() {
  usePageState(system.title);
  const { data, error, refetch } = useQuery(systemQuery);
  if (!data) return error ? <ProblemView error={error} what="page" onAgain={() => void refetch()} /> : null;
  return (
    <>
      <h1>{system.title}</h1>
      <Coordinator view={data} />
      <Hosts hosts={data.hosts} machines={data.machines} />
      <Images images={data.images} machines={data.machines} />
      <UnsentStatuses statuses={data.unsentStatuses} />
    </>
  );
}

const Coordinator = ({ view: { version, coordinator, startedAt, bus } }: { view: SystemView }) => (
  <section>
    <h2>{system.coordinator}</h2>
    <dl className="facts">
      <dt>{system.version}</dt>
      <dd>{version}</dd>
      <dt>{system.startedAt}</dt>
      <dd>
        <Age at={startedAt} />
      </dd>
      <dt>{system.bus}</dt>
      <dd className={bus === 'connected' ? 'good' : 'bad'}>{bus}</dd>
      <dt>id</dt>
      <dd>
        <code>{coordinator}</code>
      </dd>
    </dl>
  </section>
);
