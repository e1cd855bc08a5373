import type { SystemView } from '#shared/api.ts';
import { subjectText } from '#shared/forge-write.ts';
import { Age } from '../parts/time.tsx';
import { system } from '../texts/system.ts';

type Write = SystemView['unsentWrites'][number];

export const UnsentWrites = ({ writes }: { writes: readonly Write[] }) => (
  <section>
    <h2>{system.unsent}</h2>
    {writes.length === 0 ? (
      <p className="dim">{system.noUnsent}</p>
    ) : (
      <ul className="panel rows">
        {writes.map(write => (
          <Unsent
            key={`${write.kind} ${write.repository} ${write.subject} ${write.context} ${write.createdAt}`}
            write={write}
          />
        ))}
      </ul>
    )}
  </section>
);

const Unsent = ({
  write: { kind, repository, subject, context, summary, status, tries, createdAt, message },
}: {
  write: Write;
}) => (
  <li>
    <b>{context}</b>
    <span>
      {repository} <code>{subjectText(kind, subject)}</code>
    </span>
    <span>{summary}</span>
    <span className={status === 'dead' ? 'bad' : 'dim'}>
      {status === 'dead' ? system.dead : system.pending} · {system.tries(tries)} · <Age at={createdAt} />
    </span>
    {message && <span className="rows-message dim">{message}</span>}
  </li>
);
