/** How a thing stands: a shape of its own for each, in the colour of its outcome, with its word. */
import type { Standing } from '#shared/api.ts';
import { texts } from '../texts/texts.ts';
import './shape.css';

type Drawing = { path: string; isSolid?: boolean };

const dash: Drawing = { path: 'M3.5 8h9' };
const ring: Drawing = { path: 'M8 3.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6z' };
const cross: Drawing = { path: 'M4 4l8 8M12 4l-8 8' };

/** The shapes of `shared/words.ts`, drawn: letters for them are missing in many fonts, and some become coloured pictures. */
const drawings: Record<Standing, Drawing> = {
  passed: { path: 'M2.8 8.6l3.4 3.4 7-7.6' },
  failed: cross,
  refused: cross,
  errored: { path: 'M9.6 1.5 3.5 9h3.6l-1 5.5L12.5 6.6H8.8z', isSolid: true },
  'timed-out': { path: 'M3.5 2.5h9M3.5 13.5h9M4.5 2.5c0 3.5 7 7.5 7 11M11.5 2.5c0 3.5-7 7.5-7 11' },
  running: { path: 'M8 3.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9z', isSolid: true },
  queued: ring,
  preparing: ring,
  blocked: { path: 'M8 2.2 13.8 8 8 13.8 2.2 8z' },
  cancelled: dash,
  superseded: dash,
  skipped: dash,
  empty: dash,
};

/** `label` is for what is no run and no job. */
export function Shape({ standing, label }: { standing: Standing; label?: string }) {
  const { path, isSolid } = drawings[standing];
  const word = label ?? texts.standings[standing];
  return (
    <span className={`shape tone-${standing}`} title={word}>
      <svg viewBox="0 0 16 16" aria-hidden="true" data-solid={isSolid}>
        <path d={path} />
      </svg>
      <span className="only-read-aloud">{word}</span>
    </span>
  );
}

export function Badge({ standing }: { standing: Standing }) {
  const { path, isSolid } = drawings[standing];
  return (
    <span className={`badge tone-${standing}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true" data-solid={isSolid}>
        <path d={path} />
      </svg>
      {texts.standings[standing]}
    </span>
  );
}
