import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { AuditEntry } from '#shared/audit.ts';
import '../audit/audit.css';
import { Entry } from '../audit/audit-entry.tsx';
import { AuditFilters } from '../audit/audit-filters.tsx';
import { auditQuery } from '../audit/audit-query.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { Command } from '../parts/copy-button.tsx';
import { ProblemView } from '../parts/problem-view.tsx';
import '../runs/runs.css';
import { audit as texts } from '../texts/audit.ts';

/** Who did what, and how it was before. For administrators. */
export function AuditPage() {
  usePageState(texts.title);
  const filter = useSearch({ from: '/audit' });
  const query = useInfiniteQuery(auditQuery(filter));
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage } = query;
  if (error && !data) return <ProblemView error={error} what="page" onAgain={() => void refetch()} />;
  if (!data) return null;
  const items = data.pages.flatMap(page => page.items);
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <>
      <h1>{texts.title}</h1>
      <p className="dim">{texts.about}</p>
      {(items.length > 0 || isFiltered) && <AuditFilters filter={filter} choices={choicesOf(items)} />}
      {items.length > 0 ? <Entries items={items} /> : <None isFiltered={isFiltered} />}
      {hasNextPage && (
        <Button variant="default" disabled={isFetching} onClick={() => void fetchNextPage()}>
          {texts.older}
        </Button>
      )}
      <div className="nothing">
        <p className="dim">{texts.verifyHint}</p>
        <Command text={texts.verify} />
      </div>
    </>
  );
}

const Entries = ({ items }: { items: readonly AuditEntry[] }) => (
  <ol className="audit panel" aria-label={texts.title}>
    {items.map(entry => (
      <Entry key={entry.seq} entry={entry} />
    ))}
  </ol>
);

/** Words that the entries shown would fit. */
function choicesOf(items: readonly AuditEntry[]) {
  const of = (wordOf: (entry: AuditEntry) => string | null) =>
    [...new Set(items.flatMap(entry => wordOf(entry) ?? []))].sort();
  return {
    actor: of(({ actor }) => actor.name),
    act: of(({ act }) => act),
    subject: of(({ subject }) => subject),
    repository: of(({ repository }) => repository),
  };
}

const None = ({ isFiltered }: { isFiltered: boolean }) => (
  <section className="first">
    <h2>{isFiltered ? texts.noneFits : texts.none}</h2>
    <p>{isFiltered ? texts.noneFitsHint : texts.noneHint}</p>
  </section>
);
