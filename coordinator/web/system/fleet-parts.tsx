import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import type { EventView } from '#shared/api.ts';
import type { HoldBack } from '#shared/fleet-api.ts';
import { countsInOrder, reasonOf } from '#shared/fleet-words.ts';
import { useNow } from '../live/clock.ts';
import { exactText } from '../parts/ages.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Age } from '../parts/time.tsx';
import { system } from '../texts/system.ts';

const second = 1_000;

/** A part of the page whose answer may be missing: the others are shown all the same. */
export function Part({
  title,
  error,
  children,
}: {
  title: string;
  error: Error | null;
  children: ReactNode;
}) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {error ? (
        <p className="bad" role="alert">
          {system.trouble} {error.message}
        </p>
      ) : (
        children
      )}
    </section>
  );
}

/** `2 busy` `1 ready` */
export const MachineCounts = ({ counts }: { counts: Readonly<Record<string, number>> }) => (
  <span className="machine-counts">
    {countsInOrder(counts).map(({ status, count }) => (
      <span key={status} className={`machine-count machine-${status}`}>
        {count} {status}
      </span>
    ))}
  </span>
);

export const MachineLink = ({ id, children }: { id: string; children: ReactNode }) => (
  <Link to="/settings" hash={id} className="link">
    {children}
  </Link>
);

/** What is held against a host or an image, until when, and which machine to look at. */
export function Held({ held }: { held: HoldBack }) {
  const { isQuarantined, text, machine, until } = held;
  const now = useNow(second);
  const seconds = Math.ceil((until - now) / second);
  return (
    <p className={`held ${isQuarantined ? 'tone-errored' : 'tone-blocked'}`}>
      <b>{isQuarantined ? system.quarantined : system.failing}:</b> {text};{' '}
      <span title={exactText(until)}>{seconds > 0 ? system.nextTry(seconds) : system.tryNow}</span> ·{' '}
      <MachineLink id={machine}>{system.seeMachine}</MachineLink>
    </p>
  );
}

/** What happened, line by line, as `paddock pool why` and `paddock machine show` tell it. */
export const Story = ({ title, events }: { title: string; events: readonly EventView[] }) => (
  <section aria-label={title}>
    <h3>{title}</h3>
    {events.length === 0 ? (
      <p className="dim">{system.noDecisions}</p>
    ) : (
      <ol className="story">
        {events.map(event => (
          <li key={JSON.stringify(event)}>
            <Age at={event.at} />
            <span>{event.type.replaceAll(/[.-]/g, ' ')}</span>
            <span className="dim">{reasonOf(event)}</span>
          </li>
        ))}
      </ol>
    )}
  </section>
);

/** What scrolls is to be scrolled with keys too. */
const focusable = { tabIndex: 0 };

/** The end of what a machine wrote, from its end on. */
export function Console({ title, text }: { title: string; text: string }) {
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (box.current && text) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  return (
    <section aria-label={title}>
      <h3 className="console-head">
        {title} {text && <CopyButton text={text} label={title} />}
      </h3>
      {text ? (
        <pre ref={box} className="console" {...focusable}>
          {text}
        </pre>
      ) : (
        <p className="dim">{system.consoleEmpty}</p>
      )}
    </section>
  );
}

/** Names and what they are; what is null is left out. */
export const Facts = ({ facts }: { facts: readonly (readonly [name: string, text: ReactNode] | null)[] }) => (
  <dl className="facts">
    {facts.map(
      fact =>
        fact && (
          <div key={fact[0]}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </div>
        ),
    )}
  </dl>
);
