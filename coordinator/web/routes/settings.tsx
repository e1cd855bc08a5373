import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { SystemView } from '#shared/api.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { useAllThere } from '../live/use-all-there.ts';
import { ProblemView } from '../parts/problem-view.tsx';
import { Age } from '../parts/time.tsx';
import { GithubStanding } from '../system/github-standing.tsx';
import { Hosts } from '../system/hosts.tsx';
import { Images } from '../system/images.tsx';
import { Machines } from '../system/machines.tsx';
import { hostsQuery, imagesQuery, machinesQuery, poolsQuery, systemQuery } from '../system/system-queries.ts';
import { UnsentWrites } from '../system/unsent-writes.tsx';
import '../system/system.css';
import { system } from '../texts/system.ts';

/** Is anything sick, is there room, does GitHub know? */
export function SettingsPage() {
  usePageState(system.title);
  const { data, error, refetch } = useQuery(systemQuery);
  const areThere = useAllThere(useQueries({ queries: [hostsQuery, imagesQuery, poolsQuery, machinesQuery] }));
  if (!data) return error ? <ProblemView error={error} what="page" onAgain={() => void refetch()} /> : null;
  if (!areThere) return null;
  return (
    <>
      <h1>{system.title}</h1>
      <Coordinator view={data} />
      {data.github && <GithubStanding standing={data.github} />}
      <Hosts />
      <Images />
      <Machines />
      <UnsentWrites writes={data.unsentWrites} />
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
      <dt>{system.credentials}</dt>
      <dd>
        <Link to="/credentials" className="link">
          {system.credentialsLink}
        </Link>
      </dd>
      <dt>id</dt>
      <dd>
        <code>{coordinator}</code>
      </dd>
    </dl>
  </section>
);
