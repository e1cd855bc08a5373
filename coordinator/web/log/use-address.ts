/** The part of the address behind `#` as what is selected, and the other way round. */
import { useLocation } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { addressOf, extend, parseAddress, type Target } from './address.ts';
import type { Lines } from './line-store.ts';

export type Address = {
  /** What the address asks for, and did not when it was last looked at. */
  target: Target;
  selected: Lines | null;
  select(line: number, isExtending: boolean): void;
  /** A link to some lines of this attempt, whatever attempts come after it. */
  linkTo(lines: Lines): string;
};

export function useAddress(attempt: number): Address {
  const hash = useLocation({ select: location => (location.hash ? `#${location.hash}` : '') });
  const [target, setTarget] = useState<Target>(() => parseAddress(hash));
  const [selected, setSelected] = useState<Lines | null>(target?.type === 'lines' ? target.lines : null);
  const anchor = useRef(selected?.from ?? null);
  const own = useRef(hash);

  useEffect(() => {
    if (hash === own.current) return;
    own.current = hash;
    const asked = parseAddress(hash);
    setTarget(asked);
    setSelected(asked?.type === 'lines' ? asked.lines : null);
  }, [hash]);

  return {
    target,
    selected,
    select(line, isExtending) {
      const lines =
        isExtending && anchor.current !== null ? extend(anchor.current, line) : extend(line, line);
      if (!isExtending || anchor.current === null) anchor.current = line;
      own.current = addressOf(lines);
      setSelected(lines);
      history.replaceState(history.state, '', own.current);
    },
    linkTo(lines) {
      const url = new URL(location.href);
      url.searchParams.set('attempt', String(attempt));
      url.hash = addressOf(lines);
      return url.href;
    },
  };
}
