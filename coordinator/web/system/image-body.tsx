import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { PoolView } from '#shared/fleet-api.ts';
import type { ImageReport, VersionView } from '#shared/image-api.ts';
import { imageWords } from '#shared/image-words.ts';
import { durationText } from '#shared/quantity-text.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Shape } from '../parts/shape.tsx';
import { Age } from '../parts/time.tsx';
import { system } from '../texts/system.ts';
import { Console, Facts, Story } from './fleet-parts.tsx';
import type { ImageRow } from './image-rows.ts';
import { standingOfVersion } from './signs.ts';
import { imageQuery, poolQuery } from './system-queries.ts';

/** An image in full: what holds for its pool, what was decided and why, its versions, what the newest showed of itself. */
export function ImageBody({ row: { image, pool } }: { row: ImageRow }) {
  const { data: detail, error } = useQuery(imageQuery(image.name));
  const { data: why } = useQuery({ ...poolQuery(image.name), enabled: pool !== null });
  if (!detail)
    return error ? (
      <p className="bad" role="alert">
        {system.trouble} {error.message}
      </p>
    ) : null;
  const reported = detail.versions.find(({ report }) => report !== null);
  return (
    <>
      <Facts
        facts={[
          ...(pool ? poolFacts(pool) : []),
          [system.facts.serves, imageWords.serves(image.serves.repositories, image.serves.suites)],
          image.aliases.length > 0 ? [system.facts.aliases, image.aliases.join(', ')] : null,
          image.eol === null ? null : [system.facts.support, image.eol],
          detail.backfill && [system.facts.openHeads, imageWords.backfill(detail.backfill)],
          [system.facts.from, image.origin === 'registered' ? imageWords.registered : imageWords.configured],
        ]}
      />
      {detail.versions.length > 0 && <Versions versions={detail.versions} />}
      {reported?.report && <Report version={reported.number} report={reported.report} />}
      <Story title={system.decisions} events={why?.decisions ?? detail.decisions} />
    </>
  );
}

function poolFacts(pool: PoolView): (readonly [string, string] | null)[] {
  const { facts } = system;
  const needs = system.needs(pool.needs);
  return [
    [facts.holds, system.limitsOf(pool)],
    pool.changedAt === null
      ? null
      : [facts.configured, `${system.limitsOf(pool.configured)}; ${system.changed(pool.image)}`],
    pool.hosts === null ? null : [facts.hosts, pool.hosts.join(', ')],
    needs === '' ? null : [facts.needs, needs],
    pool.keepsNone && pool.configured.warm > 0
      ? [facts.warm, system.keepsNone(pool.image, pool.configured.warm)]
      : null,
    // What is missing, and why, stands above.
    pool.missing > 0 || pool.isPaused ? null : [facts.limit, system.roomForMore(pool.room, pool.limit.text)],
    pool.emulatedOn.length === 0 ? null : [facts.speed, system.emulatedOn(pool.emulatedOn.join(', '))],
  ];
}

const Versions = ({ versions }: { versions: readonly VersionView[] }) => (
  <section aria-label={system.versions}>
    <h3>{system.versions}</h3>
    <ul className="versions">
      {versions.map(({ number, status, isCurrent, addedAt, digest, run }) => (
        <li key={number}>
          <Shape standing={standingOfVersion[status]} label={imageWords.statuses[status]} />
          <b className="num">{number}</b>
          <span>
            {imageWords.statuses[status]}
            {isCurrent && `, ${imageWords.current}`}
          </span>
          <span className="dim">
            {system.added} <Age at={addedAt} />
          </span>
          <span className="commit dim">
            <code title={`sha256 ${digest}`}>{digest.slice(0, 12)}</code>
            <CopyButton text={digest} label={`${system.facts.digest} ${number}`} />
          </span>
          {run && (
            <Link to="/runs/$id" params={{ id: run }} className="link">
              {system.suiteRun}
            </Link>
          )}
        </li>
      ))}
    </ul>
  </section>
);

function Report({ version, report: { checks, console, jobs } }: { version: number; report: ImageReport }) {
  const title = system.report(version);
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul className="checks">
        {checks.map(({ name, result, detail, ms }) => (
          <li key={name}>
            <Shape standing={result} label={system.reportOf[result]} />
            <span>{imageWords.checks[name]}</span>
            <span className="check-detail dim">{detail}</span>
            <span className="num dim">{ms === null ? '' : durationText(ms)}</span>
          </li>
        ))}
      </ul>
      {jobs.length > 0 && (
        <p className="report-jobs">
          {system.logs}:{' '}
          {jobs.map(({ id, suite }) => (
            <Link key={id} to="/jobs/$id" params={{ id }} className="link">
              {suite}
            </Link>
          ))}
        </p>
      )}
      {console !== null && <Console title={imageWords.console} text={console} />}
    </section>
  );
}
