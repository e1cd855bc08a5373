import { useNavigate, useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Shape } from '../parts/shape.tsx';
import type { Sign } from './signs.ts';

type OpeningRowProps = {
  /** By which the address of the page opens it: `/settings#<id>`. */
  id: string;
  sign: Sign;
  name: string;
  /** Which part of its line is a cell is for the style of the list. */
  children: ReactNode;
  /** What has to be read without opening anything. */
  notes?: ReactNode;
  /** Drawn, and asked for, only while it is open. */
  body(): ReactNode;
};

/** A line of a list that opens below itself, by a click anywhere on it or by its button; the address keeps which one. */
export function OpeningRow({ id, sign, name, children, notes, body }: OpeningRowProps) {
  const [isOpen, setOpen] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const navigate = useNavigate();
  const isMeant = useRouterState({ select: ({ location }) => location.hash === id });
  useEffect(() => {
    if (!isMeant) return;
    setOpen(true);
    // The row may have come later than the address that names it.
    row.current?.scrollIntoView({ block: 'nearest' });
  }, [isMeant]);
  const toggle = () => {
    setOpen(!isOpen);
    const hash = isOpen ? '' : id;
    if (!isOpen || isMeant)
      void navigate({ to: '/settings', hash, replace: true, resetScroll: false, hashScrollIntoView: false });
  };
  return (
    <li ref={row} id={id} className="opening">
      <div className="opening-line">
        <Shape {...sign} />
        <button
          type="button"
          className="opening-name"
          aria-expanded={isOpen}
          aria-controls={isOpen ? `${id}-body` : undefined}
          onClick={toggle}
        >
          {name}
        </button>
        {children}
      </div>
      {notes}
      {isOpen && (
        <div id={`${id}-body`} className="opening-body">
          {body()}
        </div>
      )}
    </li>
  );
}
