import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { DeliveryView, Standing } from '#shared/api.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { deliveriesQuery } from '../live/queries.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { ProblemView } from '../parts/problem-view.tsx';
import { Shape } from '../parts/shape.tsx';
import { Age } from '../parts/time.tsx';
import { texts } from '../texts/texts.ts';

const { deliveries } = texts;

/** The webhooks that came, and what was done about each. */
export function DeliveriesPage() {
  usePageState(deliveries.title);
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage } = useInfiniteQuery(deliveriesQuery);
  if (error) return <ProblemView error={error} what="page" onAgain={() => void refetch()} />;
  if (!data) return null;
  const items = data.pages.flatMap(page => page.items);
  return (
    <>
      <h1>{deliveries.title}</h1>
      <p className="dim">{deliveries.about}</p>
      {items.length > 0 ? <Deliveries items={items} /> : <None />}
      {hasNextPage && (
        <Button variant="default" disabled={isFetching} onClick={() => void fetchNextPage()}>
          {deliveries.older}
        </Button>
      )}
    </>
  );
}

const Deliveries = ({ items }: { items: readonly DeliveryView[] }) => (
  <ol className="deliveries panel" aria-label={deliveries.title}>
    {items.map(delivery => (
      <Delivery key={delivery.id} delivery={delivery} />
    ))}
  </ol>
);

/** What became of a delivery, in the shapes of outcomes. */
const standings: Record<NonNullable<DeliveryView['verdict']>, Standing> = {
  'acted-on': 'passed',
  'not-acted-on': 'skipped',
  'unknown-repository': 'blocked',
  malformed: 'failed',
  failed: 'errored',
};

function Delivery({ delivery }: { delivery: DeliveryView }) {
  const { id, event, repository, receivedAt, receipts, verdict, note } = delivery;
  const standing = verdict ? standings[verdict] : 'running';
  return (
    <li className={`delivery tone-${standing}`}>
      <Shape standing={standing} />
      <span className="delivery-event">{event}</span>
      <span className="delivery-repository dim">{repository}</span>
      <span className="delivery-what">
        <b>{verdict?.replaceAll('-', ' ') ?? deliveries.handled}</b> {note}{' '}
        {receipts > 1 && <span className="dim">{deliveries.came(receipts)}</span>}
      </span>
      <span className="commit dim">
        <code title={id}>{id.slice(0, 8)}</code>
        <CopyButton text={id} label={`${deliveries.id} ${id}`} />
      </span>
      <Age at={receivedAt} />
    </li>
  );
}

const None = () => (
  <section className="first">
    <h2>{deliveries.none}</h2>
    <p>
      {deliveries.noneHint} <code>{location.origin}/hooks/github</code>
    </p>
  </section>
);
