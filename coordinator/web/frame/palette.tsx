import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, spotlight } from '@mantine/spotlight';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { RunLine as Run } from '#shared/run-line.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { fetchRuns, sessionQuery } from '../live/queries.ts';
import { Shape } from '../parts/shape.tsx';
import { texts } from '../texts/texts.ts';
import type { TypedAhead } from './typed-ahead.ts';
import { useSignOut } from './use-sign-out.ts';

const { palette, frame } = texts;
const searchAfterMs = 150;
const runsShown = 6;

type Action = { label: string; act(): void };

type PaletteProps = { calls: number; typedAhead: TypedAhead; onKeys(): void };

/** Search, jump, act: everything that can be gone to or done from anywhere. */
export default function Palette({ calls, typedAhead, onKeys }: PaletteProps) {
  // When it is there: what opens before is not heard.
  useEffect(() => {
    if (calls > 0) spotlight.open();
  }, [calls]);
  const [query, setQuery] = useState('');
  const navigate = useNavigate();
  const runs = useFoundRuns(query.trim());
  const fits = ({ label }: Action) => label.toLowerCase().includes(query.trim().toLowerCase());
  const pages = usePages().filter(fits);
  const actions = useActions(onKeys).filter(fits);
  return (
    <Spotlight.Root
      attributes={{ content: { 'aria-label': frame.search } }}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      overlayProps={{ transitionProps: { duration: 0 } }}
      scrollable
    >
      <Spotlight.Search
        placeholder={palette.hint}
        aria-label={palette.hint}
        onFocus={() => {
          const typed = typedAhead.end();
          setQuery(before => before + typed);
        }}
      />
      <Spotlight.ActionsList>
        <Group label={palette.pages} actions={pages} />
        <Group label={palette.actions} actions={actions} />
        {query.trim() !== '' && (
          <Spotlight.Action
            label={palette.searchFor(query.trim())}
            onClick={() => void navigate({ to: '/', search: { text: query.trim() } })}
          />
        )}
        {/* Last, because they come later: nothing moves under a selection. */}
        {runs.length > 0 && (
          <Spotlight.ActionsGroup label={palette.runs}>
            {runs.map(run => (
              <Spotlight.Action
                key={run.id}
                onClick={() => void navigate({ to: '/runs/$id', params: { id: run.id } })}
              >
                <RunLine run={run} />
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

const Group = ({ label, actions }: { label: string; actions: Action[] }) =>
  actions.length === 0 ? null : (
    <Spotlight.ActionsGroup label={label}>
      {actions.map(action => (
        <Spotlight.Action key={action.label} label={action.label} onClick={action.act} />
      ))}
    </Spotlight.ActionsGroup>
  );

const RunLine = ({ run }: { run: Run }) => (
  <span className="palette-run">
    <Shape standing={run.standing} />
    <span className="palette-title">{run.title || shortCommit(run.commit)}</span>
    <span className="dim">
      {run.repository} #{run.number}
    </span>
  </span>
);

function usePages(): Action[] {
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  const admin: Action[] = [
    { label: frame.deliveries, act: () => void navigate({ to: '/deliveries' }) },
    { label: frame.settings, act: () => void navigate({ to: '/settings' }) },
    { label: frame.people, act: () => void navigate({ to: '/people' }) },
    { label: frame.secrets, act: () => void navigate({ to: '/secrets' }) },
    { label: frame.credentials, act: () => void navigate({ to: '/credentials' }) },
    { label: frame.audit, act: () => void navigate({ to: '/audit' }) },
  ];
  const own: Action[] = [{ label: frame.access, act: () => void navigate({ to: '/people' }) }];
  return [
    { label: frame.runs, act: () => void navigate({ to: '/' }) },
    { label: frame.queue, act: () => void navigate({ to: '/queue' }) },
    { label: frame.merging, act: () => void navigate({ to: '/merging' }) },
    ...(session?.isAdmin ? admin : []),
    ...(session?.who.kind === 'person' && !session.isAdmin ? own : []),
  ];
}

function useActions(onKeys: () => void): Action[] {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  const { data: session } = useQuery(sessionQuery);
  const signOut = useSignOut();
  return [
    {
      label: isDark ? frame.themeToLight : frame.themeToDark,
      act: () => setColorScheme(isDark ? 'light' : 'dark'),
    },
    { label: texts.keys.title, act: onKeys },
    ...(session && session.who.kind !== 'stranger'
      ? [{ label: frame.signOut, act: () => void signOut() }]
      : []),
  ];
}

function useFoundRuns(query: string): Run[] {
  const [text] = useDebouncedValue(query, searchAfterMs);
  const { data } = useQuery({
    queryKey: ['found', text],
    queryFn: ({ signal }) => fetchRuns(text ? { text } : {}, null, signal, runsShown),
    placeholderData: previous => previous,
    staleTime: 0,
  });
  return data?.items ?? [];
}
