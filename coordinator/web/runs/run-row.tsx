import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { withoutUnseen } from '#shared/log-text.ts';
import type { RunLine } from '#shared/run-line.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { Barcode } from '../parts/barcode.tsx';
import { titleOf } from '../parts/run-facts.ts';
import { Shape } from '../parts/shape.tsx';
import type { Slot } from '../parts/slots.ts';
import { Age, Took } from '../parts/time.tsx';
import { texts } from '../texts/texts.ts';

type RunRowProps = { run: RunLine; slots: readonly Slot[] };

/** One run, one line: how it stands, on which systems, what it is, whose, how long, since when. */
export const RunRow = memo(function RunRow({ run, slots }: RunRowProps) {
  return (
    <li className="run-row">
      <Shape standing={run.standing} />
      <Barcode jobs={run.jobs ?? []} slots={slots} />
      <div className="run-what">
        <div className="run-line">
          <Link to="/runs/$id" params={{ id: run.id }} className="run-title">
            {titleOf(run)}
          </Link>
          <code className="dim">{shortCommit(run.commit)}</code>
        </div>
        {run.message && <span className="run-message">{run.message}</span>}
      </div>
      <Origin run={run} />
      <Took {...run.times} />
      <Age at={run.createdAt} />
    </li>
  );
});

/** Where it comes from; each name shows only what has the same. */
function Origin({ run: { repository, number, ref, change, changeTitle, author } }: { run: RunLine }) {
  return (
    <>
      <span className="run-repository" title={`${repository} #${number}`}>
        <Narrow name={texts.runs.repository} search={{ repository }} value={repository} />
      </span>
      <span className="run-change" title={[changeTitle, withoutUnseen(ref)].filter(Boolean).join(' · ')}>
        {change === null ? (
          <Narrow name={texts.runs.branch} search={{ repository, branch: ref }} value={withoutUnseen(ref)} />
        ) : (
          <Narrow name={texts.runs.change} search={{ repository, change }} value={`#${change}`} />
        )}
      </span>
      <span className="run-author" title={author}>
        {author && <Narrow name={texts.runs.author} search={{ author }} value={author} />}
      </span>
    </>
  );
}

type Search = { repository?: string; branch?: string; change?: number; author?: string };

const Narrow = ({ name, search, value }: { name: string; search: Search; value: string }) => (
  <Link to="/" search={search} preload={false} tabIndex={-1} aria-label={texts.runs.only(name, value)}>
    {value}
  </Link>
);
