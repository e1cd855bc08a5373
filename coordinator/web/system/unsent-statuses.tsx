import type { SystemView } from '#shared/api.ts';
import { Age } from '../parts/time.tsx';
import { system } from '../texts/system.ts';

type Status = SystemView['unsentStatuses'][number];

export const UnsentStatuses = ({ statuses }: { statuses: readonly Status[] }) => (
  <section>
    <h2>{system.unsent}</h2>
    {statuses.length === 0 ? (
      <p className="dim">{system.noUnsent}</p>
    ) : (
      <ul className="panel rows">
        {statuses.map(status => (
          <Unsent key={`${status.repository} ${status.commit} ${status.context}`} status={status} />
        ))}
      </ul>
    )}
  </section>
);

const Unsent = ({
  status: { repository, commit, context, description, status, tries, createdAt, message },
}: {
  status: Status;
}) => (
  <li>
    <b>{context}</b>
    <span>
      {repository} <code>{commit.slice(0, 7)}</code>
    </span>
    <span>{description}</span>
    <span className={status === 'dead' ? 'bad' : 'dim'}>
      {status === 'dead' ? system.dead : system.pending} · {system.tries(tries)} · <Age at={createdAt} />
    </span>
    {message && <span className="rows-message dim">{message}</span>}
  </li>
);
