import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Standing } from '#shared/api.ts';
import type { MergeBatchView, MergeEntryView, MergingView } from '#shared/merge-api.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { mergingQuery } from '../live/merging-query.ts';
import { ProblemView } from '../parts/problem-view.tsx';
import { Shape } from '../parts/shape.tsx';
import { Age } from '../parts/time.tsx';
import { merging as texts } from '../texts/merging.ts';

/** What is asked to be merged: under way, in line, held up; what was tested together; what is over. */
export function MergingPage() {
  usePageState(texts.title);
  const { data, error, refetch } = useQuery(mergingQuery);
  if (error) return <ProblemView error={error} what="page" onAgain={() => void refetch()} />;
  if (!data) return null;
  return (
    <>
      <h1>{texts.title}</h1>
      <p className="dim">{texts.about}</p>
      <Pauses pauses={data.pauses} />
      {data.entries.length > 0 ? <Entries title={texts.title} entries={data.entries} /> : <None />}
      {data.batches.length > 0 && (
        <Part title={texts.batches}>
          <ol className="deliveries panel" aria-label={texts.batches}>
            {data.batches.map(batch => (
              <Batch key={batch.id} batch={batch} />
            ))}
          </ol>
        </Part>
      )}
      {data.ended.length > 0 && (
        <Part title={texts.ended}>
          <Entries title={texts.ended} entries={data.ended} />
        </Part>
      )}
    </>
  );
}

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <section>
    <h2>{title}</h2>
    {children}
  </section>
);

const Pauses = ({ pauses }: Pick<MergingView, 'pauses'>) =>
  pauses.map(({ repository, baseRef, message }) => (
    <p key={`${repository} ${baseRef}`} role="status">
      {texts.pauses(repository, baseRef, message)}
    </p>
  ));

const Entries = ({ title, entries }: { title: string; entries: readonly MergeEntryView[] }) => (
  <ol className="deliveries panel" aria-label={title}>
    {entries.map(entry => (
      <Entry key={entry.id} entry={entry} />
    ))}
  </ol>
);

/** How an entry or a batch stands, in the shapes of outcomes. */
const standings: Record<MergeEntryView['status'] | MergeBatchView['status'], Standing> = {
  waiting: 'queued',
  'in-batch': 'queued',
  testing: 'running',
  landing: 'running',
  landed: 'passed',
  ejected: 'failed',
  withdrawn: 'cancelled',
  failed: 'failed',
  abandoned: 'superseded',
};

function Entry({ entry }: { entry: MergeEntryView }) {
  const { repository, number, title, baseRef, status, sentence, run, askedAt } = entry;
  const standing = status === 'waiting' && entry.place === null ? 'blocked' : standings[status];
  return (
    <li className={`delivery tone-${standing}`}>
      <Shape standing={standing} />
      <span className="delivery-event">#{number}</span>
      <span className="delivery-repository dim">
        {repository} {texts.into(baseRef)}
      </span>
      <span className="delivery-what">
        <b>{title}</b> {sentence}
      </span>
      <RunLink run={run} />
      <Age at={askedAt} />
    </li>
  );
}

function Batch({ batch }: { batch: MergeBatchView }) {
  const { repository, baseRef, numbers, status, message, run, createdAt } = batch;
  return (
    <li className={`delivery tone-${standings[status]}`}>
      <Shape standing={standings[status]} />
      <span className="delivery-event">{status}</span>
      <span className="delivery-repository dim">
        {repository} {texts.into(baseRef)}
      </span>
      <span className="delivery-what">
        <b>{texts.pulls(numbers)}</b> {message}
      </span>
      <RunLink run={run} />
      <Age at={createdAt} />
    </li>
  );
}

const RunLink = ({ run }: Pick<MergeEntryView, 'run'>) => (
  <span className="commit dim">
    {run && (
      <Link to="/runs/$id" params={{ id: run }}>
        {texts.run}
      </Link>
    )}
  </span>
);

const None = () => (
  <section className="first">
    <h2>{texts.none}</h2>
    <p>
      {texts.noneHint} <code>{texts.ask}</code>
    </p>
  </section>
);
