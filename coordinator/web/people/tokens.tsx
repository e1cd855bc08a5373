import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { TokenMade, TokenView } from '#shared/people-api.ts';
import { mayAnywhere } from '#shared/roles.ts';
import { useNow } from '../live/clock.ts';
import { sessionQuery } from '../live/queries.ts';
import { exactText } from '../parts/ages.ts';
import { Deed } from '../parts/deed.tsx';
import { useOpening } from '../parts/form.tsx';
import { Age } from '../parts/time.tsx';
import { Part } from '../system/fleet-parts.tsx';
import { tokens as texts } from '../texts/tokens.ts';
import { MadeToken } from './made-token.tsx';
import { tokensQuery } from './people-queries.ts';
import { type Kind, type Session, TokenForm } from './token-form.tsx';

const stateStepMs = 60_000;
const dayMs = 86_400_000;
/** From then on it is said how many days are left. */
const soonMs = 14 * dayMs;

/** What each can, how long it lasts, when it was used. One that is made is shown once. */
export function Tokens() {
  const { data: tokens, failureReason: error } = useQuery(tokensQuery);
  const { data: session } = useQuery(sessionQuery);
  const [made, setMade] = useState<TokenMade | null>(null);
  const { isOpen, close, button } = useOpening();
  const [kind, ...more] = session ? kindsFor(session) : [];
  const show = (token: TokenMade) => {
    setMade(token);
    close();
  };
  return (
    <Part title={texts.title} error={tokens ? null : error}>
      <div className="part-top">
        <p className="dim">
          {tokens?.length === 0 && texts.none} {texts.hint} {!kind && texts.mayNot}
        </p>
        {kind && (
          <Button size="compact-sm" {...button}>
            {texts.make}
          </Button>
        )}
      </div>
      {made && <MadeToken made={made} onHave={() => setMade(null)} />}
      {isOpen && session && kind && (
        <TokenForm session={session} kinds={[kind, ...more]} onMade={show} onClose={close} />
      )}
      {tokens && tokens.length > 0 && (
        <ul className="who-list panel">
          {tokens.map(token => (
            <Token key={token.id} token={token} />
          ))}
        </ul>
      )}
    </Part>
  );
}

/** One's own only as a person; a browser that came by a link is nobody's. */
const kindsFor = ({ who, rights }: Session): Kind[] => [
  ...(mayAnywhere(rights, 'make-program-tokens') ? (['program'] as const) : []),
  ...(who.kind === 'person' ? (['personal'] as const) : []),
];

function Token({ token }: { token: TokenView }) {
  const { id, name, kind, role, pattern, maker, expiresAt, revokedAt, lastUsedAt } = token;
  const now = useNow(stateStepMs);
  const isOver = revokedAt !== null || expiresAt <= now;
  return (
    <li className={isOver ? 'dim' : undefined}>
      <b title={id}>{name}</b>
      <span>
        {role} · <code>{pattern}</code>
      </span>
      <span className="dim">
        {kind === 'program' ? texts.ofProgram : texts.ofPerson}, {texts.madeBy(maker)};{' '}
        <Ends token={token} now={now} />;{' '}
        {lastUsedAt === null ? (
          texts.neverUsed
        ) : (
          <>
            {texts.used} <Age at={lastUsedAt} />
          </>
        )}
      </span>
      {!isOver && (
        <span className="who-buttons">
          <Deed
            verb={texts.revoke}
            label={`${texts.revoke}: ${name}`}
            title={texts.revokeTitle(name)}
            about={texts.revokeBody}
            path={`tokens/${id}/revoke`}
          />
        </span>
      )}
    </li>
  );
}

function Ends({ token: { expiresAt, revokedAt }, now }: { token: TokenView; now: number }) {
  if (revokedAt !== null) return texts.revoked;
  if (expiresAt <= now) return texts.expired;
  const dateTime = new Date(expiresAt).toISOString();
  return (
    <time
      dateTime={dateTime}
      title={exactText(expiresAt)}
      className={expiresAt - now < soonMs ? 'soon' : undefined}
    >
      {expiresAt - now < soonMs
        ? texts.endsIn(Math.max(1, Math.round((expiresAt - now) / dayMs)))
        : `${texts.ends} ${dateTime.slice(0, 10)}`}
    </time>
  );
}
