import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ArtifactView, JobSummary, RunView } from '#shared/api.ts';
import { bytesText } from '#shared/quantity-text.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { artifactsQuery, runQuery } from '../live/queries.ts';
import { ArtifactName } from '../parts/artifact-name.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { ProblemView } from '../parts/problem-view.tsx';
import { titleOf } from '../parts/run-facts.ts';
import { texts } from '../texts/texts.ts';

const route = getRouteApi('/runs/$id/artifacts');

/** What a run has left behind, by job. */
export function ArtifactsPage() {
  const { id } = route.useParams();
  const { data: run, error: runError } = useQuery(runQuery(id));
  const { data: artifacts, error: artifactsError } = useQuery(artifactsQuery(id));
  usePageState(run ? `${texts.artifacts.title} · ${run.repository} #${run.number}` : texts.artifacts.title);
  const error = runError ?? artifactsError;
  if (error) return <ProblemView error={error} what="run" />;
  if (!run || !artifacts) return null;
  return (
    <>
      <Path run={run} />
      <h1>{texts.artifacts.title}</h1>
      {artifacts.length === 0 ? (
        <>
          <p>{texts.artifacts.none}</p>
          <p className="dim">{texts.artifacts.noneHint}</p>
        </>
      ) : (
        run.jobs.map(job => (
          <OfJob key={job.id} job={job} artifacts={artifacts.filter(each => each.job === job.id)} />
        ))
      )}
    </>
  );
}

const Path = ({ run }: { run: RunView }) => (
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
);

function OfJob({ job, artifacts }: { job: JobSummary; artifacts: ArtifactView[] }) {
  if (artifacts.length === 0) return null;
  return (
    <section>
      <h2 className="plain-heading">
        <Link to="/jobs/$id" params={{ id: job.id }}>
          {job.suite} · {job.image}
        </Link>
      </h2>
      <ul className="artifact-list panel">
        {artifacts.map(artifact => (
          <ArtifactLine key={artifact.id} artifact={artifact} />
        ))}
      </ul>
    </section>
  );
}

const ArtifactLine = ({ artifact }: { artifact: ArtifactView }) => {
  const { path, bytes, sha256 } = artifact;
  return (
    <li>
      <ArtifactName artifact={artifact} />
      <span className="dim">{bytesText(bytes)}</span>
      <span className="dim commit">
        <code title={`sha256 ${sha256}`}>{sha256.slice(0, 12)}</code>
        <CopyButton text={sha256} label={`SHA-256 of ${path}`} />
      </span>
    </li>
  );
};
