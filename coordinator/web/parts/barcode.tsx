import { Link } from '@tanstack/react-router';
import type { RunSquare } from '#shared/run-line.ts';
import { texts } from '../texts/texts.ts';
import { type Slot, slotOf } from './slots.ts';
import './barcode.css';

/**
 * A run's jobs as small squares, each in the place that its image and suite have in every run of the list: a system that
 * broke three commits ago is a column. Not for the Tab key, to which a list of them would have no end: the page of the
 * run has the same jobs.
 */
export function Barcode({ jobs, slots }: { jobs: readonly RunSquare[]; slots: readonly Slot[] }) {
  if (jobs.length === 0) return <span className="barcode" />;
  const bySlot = new Map(jobs.map(job => [slotOf(job), job]));
  return (
    <span className="barcode">
      {slots.map(slot => {
        const job = bySlot.get(slot);
        return job ? <Square key={slot} job={job} /> : <span key={slot} className="square-gap" />;
      })}
    </span>
  );
}

function Square({ job: { id, image, suite, standing } }: { job: RunSquare }) {
  const name = `${image} ${suite}: ${texts.standings[standing]}`;
  return (
    <Link
      to="/jobs/$id"
      params={{ id }}
      tabIndex={-1}
      preload={false}
      className={`square tone-${standing}`}
      title={name}
      aria-label={name}
    />
  );
}
