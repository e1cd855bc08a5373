import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { clockSkewMs, useNow } from '../live/clock.ts';
import { useLiveState } from '../live/live.tsx';
import { sessionQuery } from '../live/queries.ts';
import { texts } from '../texts/texts.ts';
import { pageDigest } from './page-digest.ts';

/** A break that mends itself within a moment is nobody's concern. */
const quietMs = 1_500;
/** Ages are shown in minutes; a difference below one would only worry. */
const skewShownMs = 60_000;

/** What a reader must know about the page as a whole; one at a time, the most pressing first. */
export function Banners() {
  const away = useAway();
  const { data: session } = useQuery(sessionQuery);
  const isOld = session !== undefined && pageDigest() !== '' && session.web !== pageDigest();
  const skew = session ? clockSkewMs() : 0;
  return (
    <div className="banners" aria-live="polite">
      {isOld ? (
        <p className="banner">
          {texts.updated.title}{' '}
          <button type="button" className="banner-button" onClick={() => location.reload()}>
            {texts.updated.reload}
          </button>
        </p>
      ) : away ? (
        <Away {...away} />
      ) : Math.abs(skew) > skewShownMs ? (
        <p className="banner banner-quiet">{texts.skewed(skew)}</p>
      ) : null}
    </div>
  );
}

const second = 1_000;

function Away({ retryAt, reopen }: { retryAt: number; reopen(): void }) {
  useNow(second);
  const seconds = Math.max(1, Math.ceil((retryAt - Date.now()) / second));
  return (
    <p className="banner">
      {texts.away.connecting} <span aria-live="off">{texts.away.retry(seconds)}</span>{' '}
      <button type="button" className="banner-button" onClick={reopen}>
        {texts.away.now}
      </button>
    </p>
  );
}

/** Set while the live socket has been gone for longer than a moment. */
function useAway(): { retryAt: number; reopen(): void } | null {
  const live = useLiveState();
  const [isLong, setLong] = useState(false);
  const retryAt = useRef(0);
  const isOpen = live.status === 'open';
  if (live.status === 'lost') retryAt.current = live.retryAt;
  useEffect(() => {
    if (isOpen) return setLong(false);
    const timer = setTimeout(() => setLong(true), quietMs);
    return () => clearTimeout(timer);
  }, [isOpen]);
  return isLong && !isOpen ? { retryAt: retryAt.current, reopen: live.reopen } : null;
}
