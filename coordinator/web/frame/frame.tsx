import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { LiveProvider, useLiveState } from '../live/live.tsx';
import { sessionQuery } from '../live/queries.ts';
import { texts } from '../texts.ts';
import { Banners } from './banners.tsx';
import { Header } from './header.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import './frame.css';

/** What is around every page. */
export const Frame = () => (
  <LiveProvider>
    <Inside />
  </LiveProvider>
);

/** Loaded when it is first called for. */
const Palette = lazy(() => import('./palette.tsx'));

function Inside() {
  /** How often it was called for. */
  const [paletteCalls, setPaletteCalls] = useState(0);
  const [areKeysShown, setKeysShown] = useState(false);
  const openPalette = useCallback(() => setPaletteCalls(calls => calls + 1), []);
  const showKeys = useCallback(() => setKeysShown(true), []);
  useFrameKeys(openPalette, showKeys);
  useSilenceCheck();
  return (
    <>
      <a className="skip" href="#main">
        {texts.frame.skip}
      </a>
      <Header onSearch={openPalette} />
      <Banners />
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      {paletteCalls > 0 && (
        <Suspense>
          <Palette calls={paletteCalls} onKeys={showKeys} />
        </Suspense>
      )}
      {areKeysShown && <KeysDialog onClose={() => setKeysShown(false)} />}
    </>
  );
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, select, dialog') !== null;

/** Ctrl K everywhere; `?` where the page has no keys of its own, as that of a job has. */
function useFrameKeys(openPalette: () => void, showKeys: () => void): void {
  const hasOwnKeys = useRouterState({ select: ({ location }) => location.pathname.startsWith('/jobs/') });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        openPalette();
      } else if (event.key === '?' && !hasOwnKeys && !isTyping(event.target)) showKeys();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [openPalette, showKeys, hasOwnKeys]);
}

/** A connection that broke without a word still looks open: when the regular question finds nobody, it is made anew. */
function useSilenceCheck(): void {
  const { isError } = useQuery(sessionQuery);
  const { reopen, status } = useLiveState();
  useEffect(() => {
    if (isError && status === 'open') reopen();
  }, [isError, status, reopen]);
}
