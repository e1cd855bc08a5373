import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { MergeBatchView, MergeEntryView, MergingView } from '#shared/merge-api.ts';
import { openBatchStatuses } from '#shared/merging.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { mergingQuery } from '../live/merging-query.ts';
import { BatchHead, EntryRow, UnderTest } from '../parts/merging.tsx';
import { ProblemView } from '../parts/problem-view.tsx';
import { merging as texts } from '../texts/merging.ts';

/** What is asked to be merged: under way, in line, held up; what was tested together; what is over. */
export function MergingPage() {
  usePageState(texts.title);
  const { data, error, refetch } = useQuery(mergingQuery);
  if (error) return <ProblemView error={error} what="page" onAgain={() => void refetch()} />;
  if (!data) return null;
  const { underWay, alone, line, heldUp, batches } = sorted(data);
  return (
    <>
      <h1>{texts.title}</h1>
      <p className="dim">{texts.about}</p>
      <Pauses pauses={data.pauses} />
      {data.entries.length === 0 && <None />}
      {underWay.length + alone.length > 0 && (
        <section aria-label={texts.underWay}>
          <h2>{texts.underWay}</h2>
          {underWay.map(({ batch, entries }) => (
            <UnderTest key={batch.id} batch={batch} entries={entries} />
          ))}
          {alone.length > 0 && <Rows title={texts.underWay} rows={alone.map(row)} />}
        </section>
      )}
      <Part title={texts.line} rows={line.map(row)} />
      <Part title={texts.heldUp} rows={heldUp.map(row)} />
      <Part title={texts.batches} rows={batches.map(batch => <BatchHead key={batch.id} batch={batch} />)} />
      <Part title={texts.ended} rows={data.ended.map(row)} />
    </>
  );
}

/** Who is where: a batch that is under way with its entries, those that GitHub merges, the line, those that something blocks. */
function sorted({ entries, batches }: MergingView) {
  const isOpen = ({ status }: MergeBatchView) => openBatchStatuses.some(open => open === status);
  const waiting = entries.filter(({ status }) => status === 'waiting');
  return {
    // The first to land first: each is older than those that are built on it.
    underWay: batches
      .filter(isOpen)
      .toReversed()
      .map(batch => ({
        batch,
        entries: batch.numbers.flatMap(
          number => entries.find(entry => entry.batch === batch.id && entry.number === number) ?? [],
        ),
      })),
    alone: entries.filter(({ status, batch }) => status !== 'waiting' && batch === null),
    line: waiting.filter(({ place }) => place !== null),
    heldUp: waiting.filter(({ place }) => place === null),
    batches: batches.filter(batch => !isOpen(batch)),
  };
}

const row = (entry: MergeEntryView) => <EntryRow key={entry.id} entry={entry} />;

function Part({ title, rows }: { title: string; rows: readonly ReactNode[] }) {
  if (rows.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <Rows title={title} rows={rows} />
    </section>
  );
}

const Rows = ({ title, rows }: { title: string; rows: readonly ReactNode[] }) => (
  <ol className="deliveries panel" aria-label={title}>
    {rows}
  </ol>
);

const Pauses = ({ pauses }: Pick<MergingView, 'pauses'>) =>
  pauses.map(({ repository, baseRef, message, until }) => (
    <p key={`${repository} ${baseRef}`} role="status" className="merge-pause tone-blocked">
      {texts.pauses(repository, baseRef, message, until)}
    </p>
  ));

const None = () => (
  <section className="first">
    <h2>{texts.none}</h2>
    <p>
      {texts.noneHint} <code>{texts.ask}</code>
    </p>
  </section>
);
