import { useQuery } from '@tanstack/react-query';
import type { TokenView } from '#shared/people-api.ts';
import { useNow } from '../live/clock.ts';
import { Command } from '../parts/copy-button.tsx';
import { Age } from '../parts/time.tsx';
import { Part } from '../system/fleet-parts.tsx';
import { people as texts } from '../texts/people.ts';
import { Deed } from './deed.tsx';
import { tokensQuery } from './people-queries.ts';

const stateStepMs = 60_000;

/** What each can, how long it lasts, when it was used. The token itself is nowhere. */
export function Tokens() {
  const { data: tokens, failureReason: error } = useQuery(tokensQuery);
  return (
    <Part title={texts.tokens} error={tokens ? null : error}>
      {tokens && tokens.length > 0 && (
        <ul className="who-list panel">
          {tokens.map(token => (
            <Token key={token.id} token={token} />
          ))}
        </ul>
      )}
      <div className="nothing">
        <p className="dim">{tokens?.length === 0 ? texts.noTokens : texts.tokensHint}</p>
        <Command text={texts.create} />
      </div>
    </Part>
  );
}

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
        {isOver ? (
          revokedAt === null ? (
            texts.expired
          ) : (
            texts.revoked
          )
        ) : (
          <>
            {texts.expires} <time dateTime={new Date(expiresAt).toISOString()}>{dayOf(expiresAt)}</time>
          </>
        )}
        ;{' '}
        {lastUsedAt === null ? (
          texts.neverUsed
        ) : (
          <>
            {texts.used} <Age at={lastUsedAt} />
          </>
        )}
      </span>
      {!isOver && (
        <Deed
          verb={texts.revoke}
          label={`${texts.revoke}: ${name}`}
          title={texts.revokeTitle(name)}
          about={texts.revokeBody}
          path={`tokens/${id}/revoke`}
        />
      )}
    </li>
  );
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
