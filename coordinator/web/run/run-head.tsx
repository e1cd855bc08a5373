import { Link } from '@tanstack/react-router';
import type { RunView } from '#shared/api.ts';
import { withoutUnseen } from '#shared/log-text.ts';
import { timesOf } from '#shared/run-times.ts';
import { CommitName } from '../parts/copy-button.tsx';
import { MergeVerb } from '../parts/merge-verb.tsx';
import { titleOf } from '../parts/run-facts.ts';
import { Badge } from '../parts/shape.tsx';
import { Age, Took } from '../parts/time.tsx';
import { Verbs } from '../parts/verbs.tsx';
import { texts } from '../texts/texts.ts';
import { Trust } from './trust.tsx';

/** What was tested, why, for whom, and how it stands. */
export function RunHead({ run }: { run: RunView }) {
  const { id, repository, number, commit, ref, change, changeTitle, author, purpose, standing, createdAt } =
    run;
  const times = timesOf(run.jobs);
  return (
    <header className="head">
      <p className="path">
        <Link to="/">{texts.runs.title}</Link> /{' '}
        <Link to="/" search={{ repository }}>
          {repository}
        </Link>{' '}
        / #{number}
      </p>
      <div className="head-line">
        <h1>{titleOf(run)}</h1>
        {change !== null && purpose === 'change' && <MergeVerb pull={{ id, repository, change }} />}
        <Verbs subject={{ type: 'run', id }} repository={repository} standing={standing} />
      </div>
      <p className="head-facts">
        <Badge standing={standing} />
        {times.from !== null && <Took {...times} />}
        <CommitName commit={commit} />
        {change === null ? (
          <Link to="/" search={{ repository, branch: ref }}>
            {withoutUnseen(ref)}
          </Link>
        ) : (
          <>
            <Link to="/" search={{ repository, change }}>
              {texts.run.change(change, changeTitle ?? '')}
            </Link>
            <span>{withoutUnseen(ref)}</span>
          </>
        )}
        {author && (
          <Link to="/" search={{ author }}>
            {author}
          </Link>
        )}
        <span className="dim">{texts.purposes[purpose]}</span>
        <span className="dim">
          <Age at={createdAt} />
        </span>
      </p>
      <Trust run={run} />
    </header>
  );
}
