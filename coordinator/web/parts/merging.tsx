/** Rows of the page of merging: entries, batches, and a batch that is under way with its entries. */

import { Link } from '@tanstack/react-router';
import type { Standing } from '#shared/api.ts';
import type { MergeBatchView, MergeEntryView } from '#shared/merge-api.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { merging as texts } from '../texts/merging.ts';
import './merging.css';
import { Shape } from './shape.tsx';
import { TakeBack } from './take-back.tsx';
import { Age } from './time.tsx';

/** How an entry or a batch stands, in the shapes of outcomes. */
const standings: Record<MergeEntryView['status'] | MergeBatchView['status'], Standing> = {
  waiting: 'queued',
  'in-batch': 'queued',
  testing: 'running',
  passed: 'passed',
  doubtful: 'failed',
  landing: 'running',
  landed: 'passed',
  ejected: 'failed',
  withdrawn: 'cancelled',
  failed: 'failed',
  abandoned: 'superseded',
};

export function EntryRow({ entry }: { entry: MergeEntryView }) {
  const { repository, number, title, baseRef, status, sentence, place, priority, run, askedAt } = entry;
  const standing = status === 'waiting' && place === null ? 'blocked' : standings[status];
  return (
    <li className={`delivery tone-${standing}`}>
      <Shape standing={standing} label={status} />
      <span className="delivery-event">#{number}</span>
      <span className="delivery-repository dim">
        {repository} {texts.into(baseRef)}
      </span>
      <span className="delivery-what">
        <b>{title}</b>
        <span className="merge-sentence">
          {sentence}
          {priority !== 0 && ` · ${texts.priority(priority)}`}
        </span>
      </span>
      <span className="merge-acts">
        <RunLink run={run} of={`#${number}`} />
        <TakeBack entry={entry} />
      </span>
      <Age at={askedAt} />
    </li>
  );
}

export function BatchHead({ batch }: { batch: MergeBatchView }) {
  const { repository, baseRef, numbers, status, message, run, createdAt } = batch;
  return (
    <li className={`delivery tone-${standings[status]}`}>
      <Shape standing={standings[status]} label={status} />
      <span className="delivery-event">{status}</span>
      <span className="delivery-repository dim">
        {repository} {texts.into(baseRef)}
      </span>
      <span className="delivery-what">
        <b>{texts.pulls(numbers)}</b>
        {message && <span className="merge-sentence">{message}</span>}
      </span>
      <RunLink run={run} of={texts.pulls(numbers)} />
      <Age at={createdAt} />
    </li>
  );
}

/** What is tested together now, in the order in which it lands. */
export function UnderTest({ batch, entries }: { batch: MergeBatchView; entries: readonly MergeEntryView[] }) {
  const { repository, baseRef, baseSha, commit, numbers, after, status, run, createdAt } = batch;
  const [first] = entries;
  return (
    <article className="panel merge-batch" aria-label={texts.pulls(numbers)}>
      <header>
        <Shape standing={standings[status]} label={status} />
        <b>{status}</b>
        <span className="dim">
          {repository} {texts.into(baseRef)} · <code title={commit}>{shortCommit(commit)}</code> {texts.on}{' '}
          <code title={baseSha}>{shortCommit(baseSha)}</code>
          {after.length > 0 && ` · ${texts.after(after)}`}
        </span>
        <RunLink run={run} of={texts.pulls(numbers)} />
        <Age at={createdAt} />
      </header>
      {status !== 'testing' && first && <p className="merge-landing">{first.sentence}</p>}
      <ol aria-label={texts.pulls(numbers)}>
        {entries.map(entry => (
          <li key={entry.id}>
            <span>
              <span className="merge-number">#{entry.number}</span> {entry.title}{' '}
              <span className="dim">{entry.author}</span>
            </span>
            <TakeBack entry={entry} />
          </li>
        ))}
      </ol>
    </article>
  );
}

const RunLink = ({ run, of }: { run: MergeEntryView['run']; of: string }) => (
  <span className="merge-run">
    {run && (
      <Link to="/runs/$id" params={{ id: run }} className="link" aria-label={texts.runOf(of)}>
        {texts.run}
      </Link>
    )}
  </span>
);
