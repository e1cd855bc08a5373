import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import * as z from 'zod';
import { usePageState } from '../frame/use-page-state.ts';
import { ask } from '../live/ask.ts';
import { useLiveState } from '../live/live.tsx';
import { ProblemError } from '../live/problem-error.ts';
import { Command } from '../parts/copy-button.tsx';
import { Blank } from '../parts/problem-view.tsx';
import { texts } from '../texts/texts.ts';

const { signIn } = texts;

type State = 'busy' | 'none' | { problem: string };

/** Trades the secret of a one-time link for a session. The secret is in the fragment, which no server and no log sees. */
export function SignInPage() {
  usePageState(signIn.title);
  const state = useSignIn();
  return (
    <Blank title={signIn.title}>
      {state === 'busy' ? (
        <p role="status">{signIn.busy}</p>
      ) : (
        <>
          {typeof state === 'object' && <p role="alert">{state.problem}</p>}
          <p>{signIn.none}</p>
          <Command text={signIn.command} />
        </>
      )}
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
