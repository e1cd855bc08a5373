import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Standing } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import type { QueueGroup as Group } from '#shared/queue-api.ts';
import { needsPerson } from '#shared/queue-words.ts';
import { Shape } from '../parts/shape.tsx';
import { Age } from '../parts/time.tsx';
import { queue as texts } from '../texts/queue.ts';
import { firstShown, type QueueFilter, queueQuery, shownMore } from './queue-query.ts';
import { QueueRow } from './queue-row.tsx';
import { RemedyLine } from './remedy.tsx';

type QueueGroupProps = { group: Group; filter: QueueFilter; onDone(said: string): void };

/** What one thing binds: the sentence, what to do about it, and the jobs in the order in which they go. */
export function QueueGroup({ group, filter, onDone }: QueueGroupProps) {
  const { key, binding, image, text, count, oldestAt, remedy } = group;
  const [max, setMax] = useState<number | null>(null);
  const asked = queueQuery({ ...filter, group: key, max: max ?? 0 });
  const { data: full } = useQuery({ ...asked, enabled: max !== null });
  const jobs = full?.groups[0]?.jobs ?? group.jobs;
  const rest = count - jobs.length;
  const heading = texts.headings[binding];
  const name = image === null ? heading : `${heading}: ${image}`;
  const standing = standingOf(group);
  return (
    <section className={`queue-group panel tone-${standing}`} aria-label={name}>
      <header className="queue-head">
        <Shape standing={standing} label={heading} />
        <h2>
          {heading}
          {image !== null && (
            <>
              {': '}
              <Link
                to="/queue"
                search={{ ...filter, image }}
                className="queue-image"
                aria-label={texts.only(texts.filters.image, image)}
              >
                {image}
              </Link>
            </>
          )}
        </h2>
        <span className="queue-count num">{texts.count(count)}</span>
        <span className="queue-oldest dim">
          {texts.oldest} <Age at={oldestAt} />
        </span>
        <p className="queue-why">{text}</p>
        {remedy && <RemedyLine remedy={remedy} onDone={onDone} />}
      </header>
      <ol className="queue-rows" data-many={jobs.length > firstShown} aria-label={texts.jobs(name)}>
        {jobs.map((job, index) => (
          <QueueRow
            key={job.id}
            job={job}
            isTold={binding === 'needs'}
            isFirst={jobs[index - 1]?.run !== job.run}
          />
        ))}
      </ol>
      {rest > 0 && jobs.length < limits.queueGroupJobs && (
        <Button
          className="queue-more"
          size="compact-sm"
          variant="default"
          onClick={() => setMax(Math.min(limits.queueGroupJobs, jobs.length + shownMore))}
        >
          {texts.more(rest, shownMore)}
        </Button>
      )}
      {rest > 0 && jobs.length >= limits.queueGroupJobs && (
        <p className="queue-more dim">{texts.tooMany(jobs.length)}</p>
      )}
    </section>
  );
}

/** For a person to mend, not starting, on its way, or merely in line. */
function standingOf({ binding }: Group): Standing {
  if (binding === 'not-starting') return 'errored';
  if (needsPerson.has(binding)) return 'blocked';
  return binding === 'booting' || binding === 'fetching' || binding === 'next' ? 'running' : 'queued';
}
