import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { LiveProvider, useLiveState } from '../live/live.tsx';
import { sessionQuery } from '../live/queries.ts';
import { texts } from '../texts/texts.ts';
import { Banners } from './banners.tsx';
import { Header } from './header.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { createTypedAhead } from './typed-ahead.ts';
import './frame.css';

/** What is around every page. */
export const Frame = () => (
  <LiveProvider>
    <Inside />
  </LiveProvider>
);

const loadPalette = () => import('./palette.tsx');
const Palette = lazy(loadPalette);
const typedAhead = createTypedAhead();

/** At the first sign that it will be called for. One that does not come is told of when it is. */
const foreseePalette = () => void loadPalette().catch(() => typedAhead.end());

function Inside() {
  /** How often it was called for. */
  const [paletteCalls, setPaletteCalls] = useState(0);
  const [areKeysShown, setKeysShown] = useState(false);
  const openPalette = useCallback(() => {
    typedAhead.begin();
    foreseePalette();
    setPaletteCalls(calls => calls + 1);
  }, []);
  const showKeys = useCallback(() => setKeysShown(true), []);
  useFrameKeys(openPalette, showKeys);
  useSilenceCheck();
  useSignedOutElsewhere();
  return (
    <>
      <a className="skip" href="#main">
        {texts.frame.skip}
      </a>
      <Header onSearch={openPalette} onSearchNear={foreseePalette} />
      <Banners />
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      {paletteCalls > 0 && (
        <Suspense>
          <Palette calls={paletteCalls} typedAhead={typedAhead} onKeys={showKeys} />
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
      if (event.key === 'Control' || event.key === 'Meta') foreseePalette();
      else if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        openPalette();
      } else if (event.key === '?' && !hasOwnKeys && !isTyping(event.target)) showKeys();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [openPalette, showKeys, hasOwnKeys]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!typedAhead.keep(event)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    // Before the page's own keys: those of a log would be taken for commands.
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, []);
}

/** Another tab has signed this browser out, or in as somebody else: what only they see goes from this one too. */
function useSignedOutElsewhere(): void {
  const queryClient = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const who = session ? `${session.who.kind} ${session.who.name} ${session.isAdmin}` : null;
  const whoWas = useRef<string | null>(null);
  useEffect(() => {
    if (who === null) return;
    if (whoWas.current !== null && whoWas.current !== who) void queryClient.resetQueries();
    whoWas.current = who;
  }, [who, queryClient]);
}

/** A connection that broke without a word still looks open: when the regular question finds nobody, it is made anew. */
function useSilenceCheck(): void {
  const { isError } = useQuery(sessionQuery);
  const { reopen, status } = useLiveState();
  useEffect(() => {
    if (isError && status === 'open') reopen();
  }, [isError, status, reopen]);
}
