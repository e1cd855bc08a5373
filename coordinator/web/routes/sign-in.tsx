import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import * as z from 'zod';
import { usePageState } from '../frame/use-page-state.ts';
import { useSignOut } from '../frame/use-sign-out.ts';
import { ask } from '../live/ask.ts';
import { useLiveState } from '../live/live.tsx';
import { ProblemError } from '../live/problem-error.ts';
import { sessionQuery } from '../live/queries.ts';
import { Command } from '../parts/copy-button.tsx';
import { Blank } from '../parts/problem-view.tsx';
import { texts } from '../texts/texts.ts';

const { signIn } = texts;

type State = 'busy' | 'none' | { problem: string };

/** Trades the secret of a one-time link for a session. The secret is in the fragment, which no server and no log sees. */
export function SignInPage() {
  usePageState(signIn.title);
  const state = useSignIn();
  const { data: session } = useQuery(sessionQuery);
  if (state === 'none' && session?.who.kind === 'person') return <SignedIn name={session.who.name ?? ''} />;
  return (
    <Blank title={signIn.title}>
      {state === 'busy' ? (
        <p role="status">{signIn.busy}</p>
      ) : (
        <>
          {typeof state === 'object' && <p role="alert">{state.problem}</p>}
          {session?.signInUrl && <WithGithub url={session.signInUrl} />}
          <p className={session?.signInUrl ? 'dim' : undefined}>
            {session?.signInUrl ? signIn.administrator : signIn.none}
          </p>
          <Command text={signIn.command} />
        </>
      )}
    </Blank>
  );
}

/** A way out of the app: GitHub is another site, and comes back to where the reader was. */
function WithGithub({ url }: { url: string }) {
  const { to } = useSearch({ from: '/sign-in' });
  return (
    <>
      <Button component="a" href={to ? `${url}?to=${encodeURIComponent(to)}` : url}>
        {signIn.github}
      </Button>
      <p className="dim">{signIn.githubHint}</p>
    </>
  );
}

function SignedIn({ name }: { name: string }) {
  const signOut = useSignOut();
  return (
    <Blank title={signIn.as(name)}>
      <p>
        <Button onClick={() => void signOut()}>{signIn.out}</Button>
      </p>
      <p className="dim">{signIn.outEverywhereHint}</p>
      <p>
        <Button variant="default" onClick={() => void signOut(true)}>
          {signIn.outEverywhere}
        </Button>
      </p>
    </Blank>
  );
}

function useSignIn(): State {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { reopen } = useLiveState();
  const [link] = useState(takeSecret);
  const [state, setState] = useState<State>(link ? 'busy' : 'none');
  useEffect(() => {
    if (!link) return;
    redeem(link).then(
      async () => {
        // What the connection tells depends on who opened it.
        reopen();
        await queryClient.resetQueries();
        await navigate({ to: '/', replace: true });
      },
      error => setState({ problem: error instanceof ProblemError ? signIn.used : texts.problem.unreachable }),
    );
  }, [link, navigate, queryClient, reopen]);
  return state;
}

/** Out of the address at once: it must not stay in the history of the browser. */
function takeSecret(): string {
  const secret = location.hash.slice(1);
  if (secret) history.replaceState(history.state, '', location.pathname);
  return secret;
}

const redeemed = new Map<string, Promise<null>>();

/** A link is good for one try, however often it is asked for. */
function redeem(link: string): Promise<null> {
  const known = redeemed.get(link);
  if (known) return known;
  const trying = ask('/api/v1/session', z.null(), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ link }),
  });
  redeemed.set(link, trying);
  return trying;
}
