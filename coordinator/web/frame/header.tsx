import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { sessionQuery } from '../live/queries.ts';
import { texts } from '../texts/texts.ts';
import { Door, Moon, Search, Sun } from './icons.tsx';
import { useSignOut } from './use-sign-out.ts';

const { frame } = texts;

type HeaderProps = {
  onSearch(): void;
  /** The pointer or the focus has come to it. */
  onSearchNear(): void;
};

export function Header({ onSearch, onSearchNear }: HeaderProps) {
  const { data: session } = useQuery(sessionQuery);
  return (
    <header className="top">
      <Link to="/" className="mark" aria-label={texts.product}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M9.5 2H14v12H2V2h3.5M5.5 2v5M9.5 2 13 6" />
        </svg>
        <span className="mark-name">{texts.product}</span>
      </Link>
      <nav aria-label={frame.pages}>
        <Link to="/" activeOptions={{ exact: true, includeSearch: false }}>
          {frame.runs}
        </Link>
        <Link to="/queue" activeOptions={{ includeSearch: false }}>
          {frame.queue}
        </Link>
        <Link to="/merging">{frame.merging}</Link>
        {session?.isAdmin && (
          <>
            <Link to="/deliveries">{frame.deliveries}</Link>
            <Link to="/settings">{frame.settings}</Link>
            <Link to="/people">{frame.people}</Link>
            <Link to="/secrets">{frame.secrets}</Link>
            <Link to="/audit" activeOptions={{ includeSearch: false }}>
              {frame.audit}
            </Link>
          </>
        )}
        {session?.who.kind === 'person' && !session.isAdmin && <Link to="/people">{frame.access}</Link>}
      </nav>
      <div className="top-tools">
        <button
          type="button"
          className="top-search"
          aria-keyshortcuts="Control+K"
          onClick={onSearch}
          onPointerEnter={onSearchNear}
          onFocus={onSearchNear}
        >
          <Search />
          <span className="top-word">{frame.search}</span>
          <kbd>Ctrl K</kbd>
        </button>
        <ThemeToggle />
        {session && <Who {...session.who} />}
      </div>
    </header>
  );
}

function ThemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  const label = isDark ? frame.themeToLight : frame.themeToDark;
  return (
    <button
      type="button"
      className="top-icon"
      aria-label={label}
      title={label}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      {isDark ? <Sun /> : <Moon />}
    </button>
  );
}

function Who({ kind, name }: { kind: string; name: string | null }) {
  const signOut = useSignOut();
  const here = useRouterState({ select: ({ location }) => location.href });
  if (kind === 'stranger')
    return (
      <Link to="/sign-in" search={here === '/' ? {} : { to: here }} className="who" title={frame.signInHint}>
        {frame.signIn}
      </Link>
    );
  if (kind === 'person')
    return (
      <Link to="/sign-in" className="who who-name" title={frame.signedInAs(name ?? '')}>
        {name}
      </Link>
    );
  return (
    <button type="button" className="who who-button" title={frame.signOut} onClick={() => void signOut()}>
      <Door />
      <span className="top-word">{frame.signOut}</span>
    </button>
  );
}
