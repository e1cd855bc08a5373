import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { QueueView } from '#shared/queue-api.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { Command } from '../parts/copy-button.tsx';
import { ProblemView } from '../parts/problem-view.tsx';
import { Age } from '../parts/time.tsx';
import { QueueGroup } from '../queue/queue-group.tsx';
import { type QueueFilter, queueQuery, useQueueChanges } from '../queue/queue-query.ts';
import '../queue/queue.css';
import { queue as texts } from '../texts/queue.ts';

/** Why is my job waiting? */
export function QueuePage() {
  usePageState(texts.title);
  useQueueChanges();
  const filter = useSearch({ from: '/queue' });
  const { data, error, refetch } = useQuery(queueQuery(filter));
  const [said, setSaid] = useState('');
  if (error && !data) return <ProblemView error={error} what="page" onAgain={() => void refetch()} />;
  if (!data) return null;
  const isFiltered = filter.repository !== undefined || filter.image !== undefined;
  return (
    <>
      <div className="queue-top">
        <h1>{texts.title}</h1>
        <Total view={data} />
      </div>
      {isFiltered && <Filters filter={filter} />}
      <p className="queue-said" role="status">
        {said}
      </p>
      {data.groups.map(group => (
        <QueueGroup key={group.key} group={group} filter={filter} onDone={setSaid} />
      ))}
      {data.groups.length === 0 && (isFiltered ? <NoneFits /> : <None />)}
      {data.merging && <Merging merging={data.merging} />}
    </>
  );
}

const Total = ({ view: { count, oldestAt, isCut } }: { view: QueueView }) =>
  oldestAt === null ? null : (
    <p className="dim">
      <span className="num">{texts.waiting(count, isCut)}</span>, {texts.oldest} <Age at={oldestAt} />.{' '}
      {texts.about}
    </p>
  );

const Filters = ({ filter }: { filter: QueueFilter }) => (
  <p className="queue-filters">
    {(['repository', 'image'] as const).map(name => {
      const { [name]: value, ...others } = filter;
      return (
        value !== undefined && (
          <Link
            key={name}
            to="/queue"
            search={others}
            className="queue-filter"
            title={texts.remove(texts.filters[name])}
          >
            {texts.only(texts.filters[name], value)} ✕
          </Link>
        )
      );
    })}
  </p>
);

const None = () => (
  <section className="first">
    <h2>{texts.none}</h2>
    <p>{texts.noneHint}</p>
    <Command text={texts.noneCommand} />
  </section>
);

const NoneFits = () => (
  <section className="first">
    <h2>{texts.noneFits}</h2>
    <p>
      {texts.noneFitsHint}{' '}
      <Link to="/queue" className="link">
        {texts.all}
      </Link>
    </p>
  </section>
);

const Merging = ({ merging }: { merging: NonNullable<QueueView['merging']> }) => (
  <section className="queue-merging panel" aria-label={texts.mergeQueue}>
    <h2>{texts.mergeQueue}</h2>
    <p>
      {texts.inLine(merging.count)}, {texts.oldest} <Age at={merging.oldestAt} /> ·{' '}
      <Link to="/merging" className="link">
        {texts.seeMerging}
      </Link>
    </p>
  </section>
);
