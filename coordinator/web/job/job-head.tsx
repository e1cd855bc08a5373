import { Link } from '@tanstack/react-router';
import type { AttemptView, JobView } from '#shared/api.ts';
import { CommitName } from '../parts/copy-button.tsx';
import { titleOf } from '../parts/run-facts.ts';
import { Badge } from '../parts/shape.tsx';
import { Took } from '../parts/time.tsx';
import { Verbs } from '../parts/verbs.tsx';
import { texts } from '../texts/texts.ts';

/** What a sentence says besides the word that its badge has said. */
const beyondBadge = (text: string, word: string): string =>
  text.startsWith(word) ? text.slice(word.length).replace(/^: /, '').trimStart() : text;

export function JobHead({ job, attempt }: { job: JobView; attempt: AttemptView | undefined }) {
  const { id, suite, image, stage, standing, text, run } = job;
  return (
    <header className="head">
      <p className="path">
        <Link to="/">{texts.runs.title}</Link> /{' '}
        <Link to="/" search={{ repository: run.repository }}>
          {run.repository}
        </Link>{' '}
        /{' '}
        <Link to="/runs/$id" params={{ id: run.id }}>
          #{run.number} {titleOf(run)}
        </Link>
      </p>
      <div className="head-line">
        <h1>
          {suite} · {image}
          {stage === 'on-merge' && <span className="dim"> {texts.run.onMerge}</span>}
        </h1>
        <Verbs subject={{ type: 'job', id }} repository={run.repository} standing={standing} />
      </div>
      <p className="head-facts">
        <Badge standing={standing} />
        {attempt && standing === 'running' && <Took from={attempt.times.leasedAt} to={null} />}
        {attempt && <span role="status">{beyondBadge(text, texts.standings[standing])}</span>}
        <CommitName commit={run.commit} />
      </p>
    </header>
  );
}
