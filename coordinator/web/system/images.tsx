import { useQuery } from '@tanstack/react-query';
import type { PoolView } from '#shared/fleet-api.ts';
import { machinesIn } from '#shared/fleet-words.ts';
import { supportText, versionText } from '#shared/image-words.ts';
import { useNow } from '../live/clock.ts';
import { Command } from '../parts/copy-button.tsx';
import { system } from '../texts/system.ts';
import { Held, MachineCounts, Part } from './fleet-parts.tsx';
import { ImageBody } from './image-body.tsx';
import { type ImageRow, imageRows } from './image-rows.ts';
import { OpeningRow } from './opening-row.tsx';
import { signOfImage } from './signs.ts';
import { imagesQuery, poolsQuery } from './system-queries.ts';

/** Which systems have we, how fresh, and what keeps machines of them away? */
export function Images() {
  const { data: images, failureReason: error } = useQuery(imagesQuery);
  const { data: pools, failureReason: poolsError } = useQuery(poolsQuery);
  const isHere = images && pools;
  return (
    <Part title={system.images} error={isHere ? null : (error ?? poolsError)}>
      {images?.length === 0 ? (
        <None />
      ) : (
        <ul className="fleet panel">
          {isHere && imageRows(images, pools).map(row => <Image key={row.image.name} row={row} />)}
        </ul>
      )}
    </Part>
  );
}

const None = () => (
  <div className="nothing">
    <p>{system.noImages}</p>
    <Command text={system.addImage} />
    <p className="dim">{system.noImagesHint}</p>
    <Command text={system.initImage} />
  </div>
);

const Image = ({ row }: { row: ImageRow }) => {
  const { image, pool } = row;
  return (
    <OpeningRow
      id={`image-${image.name}`}
      sign={signOfImage(row)}
      name={image.name}
      notes={<Notes row={row} />}
      body={() => <ImageBody row={row} />}
    >
      <span className="dim">
        {image.os} {image.arch}, {system.driver(image.driver, '')}
      </span>
      <span>{versionText(image)}</span>
      {pool ? <Pool pool={pool} /> : <span className="dim">{system.noPool}</span>}
    </OpeningRow>
  );
};

const Pool = ({ pool: { machines, max, warm, queued } }: { pool: PoolView }) => (
  <span className="pool">
    <span className="num">{system.machinesOf(machinesIn(machines), max)}</span>
    <MachineCounts counts={machines} />
    {warm > 0 && <span className="dim">{system.kept(warm)}</span>}
    {queued > 0 && <span>{system.queuedNow(queued)}</span>}
  </span>
);

const hour = 3_600_000;

/** What a person should know of it without opening it. */
function Notes({ row: { image, pool, trial } }: { row: ImageRow }) {
  const support = supportText(image, useNow(hour));
  return (
    <>
      {pool?.isPaused && <p className="held tone-blocked">{pool.limit.text}</p>}
      {pool && !pool.isPaused && pool.missing > 0 && (
        <p className="held tone-blocked">{system.missing(pool.missing, pool.limit.text)}</p>
      )}
      {pool?.failing && <Held held={pool.failing} />}
      {trial && (
        <p className="held tone-queued">
          {system.trial(trial.version, machinesIn(trial.pool.machines), trial.pool.max)}
          {trial.pool.missing > 0 && `, ${system.missing(trial.pool.missing, trial.pool.limit.text)}`}
        </p>
      )}
      {trial?.pool.failing && <Held held={trial.pool.failing} />}
      {support && <p className="held tone-blocked">{support}</p>}
    </>
  );
}
