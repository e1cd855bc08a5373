import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ArtifactView, AttemptView, JobView, Standing } from '#shared/api.ts';
import { outcomeOf } from '#shared/job.ts';
import { bytesText } from '#shared/quantity-text.ts';
import { ArtifactName } from '../parts/artifact-name.tsx';
import { Command, CopyButton } from '../parts/copy-button.tsx';
import { Shape } from '../parts/shape.tsx';
import { Took } from '../parts/time.tsx';
import { texts } from '../texts/texts.ts';
import { PhaseBar } from './phase-bar.tsx';

/** Everything that explains the log: phases, machine, attempts, artifacts, environment, and how to do the same at home. */
export function Rail({ job, attempt }: { job: JobView; attempt: AttemptView | undefined }) {
  return (
    <aside className="rail" aria-label={texts.job.details}>
      {attempt && (
        <Part title={texts.job.phases}>
          <PhaseBar attempt={attempt} />
        </Part>
      )}
      {job.history.length > 1 && <Attempts job={job} shown={attempt} />}
      {attempt && (
        <Part title={texts.job.machine}>
          <Machine job={job} attempt={attempt} />
        </Part>
      )}
      {job.artifacts.length > 0 && (
        <Part title={texts.job.artifacts}>
          <ul className="rail-artifacts">
            {job.artifacts.map(artifact => (
              <Artifact key={artifact.id} artifact={artifact} />
            ))}
          </ul>
        </Part>
      )}
      <Part title={texts.job.runLocally}>
        <p className="dim">{texts.job.runLocallyHint}</p>
        <Command text={job.runLocally} />
      </Part>
      <Part title={texts.job.limits}>
        <dl className="facts">
          {job.steps.map(({ name, timeoutMs, idleTimeoutMs }) => (
            <Fact key={name} name={name}>
              {texts.job.limit(timeoutMs, idleTimeoutMs)}
            </Fact>
          ))}
        </dl>
      </Part>
    </aside>
  );
}

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <section>
    <h2>{title}</h2>
    {children}
  </section>
);

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);

function Attempts({ job, shown }: { job: JobView; shown: AttemptView | undefined }) {
  return (
    <Part title={texts.job.attempts}>
      <ol className="attempts">
        {job.history.toReversed().map(({ id, number, times, end }) => (
          <li key={id}>
            <Link
              to="/jobs/$id"
              params={{ id: job.id }}
              search={{ attempt: number }}
              activeOptions={{ includeSearch: true, includeHash: false }}
              aria-current={id === shown?.id ? 'page' : undefined}
              className="step-line"
            >
              <Shape standing={standingOf(end)} />
              <span className="step-name">
                {texts.job.attempt(number)}
                {end && <span className="dim"> {end.reason.replaceAll('-', ' ')}</span>}
              </span>
              <Took from={times.leasedAt} to={times.endedAt} />
            </Link>
          </li>
        ))}
      </ol>
    </Part>
  );
}

const standingOf = (end: AttemptView['end']): Standing => (end ? outcomeOf(end) : 'running');

const Machine = ({ job, attempt: { machine, host, platform } }: { job: JobView; attempt: AttemptView }) => (
  <dl className="facts">
    <Fact name={texts.job.image}>{job.image}</Fact>
    {platform && (
      <>
        <Fact name={texts.job.system}>
          {platform.os} {platform.arch}
        </Fact>
        <Fact name="node">{platform.node}</Fact>
        {platform.git && <Fact name="git">{platform.git}</Fact>}
      </>
    )}
    <Fact name={texts.job.machineId}>
      <code className="id" title={machine}>
        {machine}
      </code>
    </Fact>
    <Fact name={texts.job.host}>
      <code className="id" title={host}>
        {host}
      </code>
    </Fact>
  </dl>
);

const Artifact = ({ artifact }: { artifact: ArtifactView }) => {
  const { path, bytes, sha256 } = artifact;
  return (
    <li>
      <ArtifactName artifact={artifact} />
      <span className="dim">
        {bytesText(bytes)} · <code title={`sha256 ${sha256}`}>{sha256.slice(0, 12)}</code>
        <CopyButton text={sha256} label={`SHA-256 of ${path}`} />
      </span>
    </li>
  );
};
