import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { TokenMade } from '#shared/people-api.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { tokens as texts } from '../texts/tokens.ts';

/** The only sight of a token. It is nowhere else on the page, and gone with it. */
export function MadeToken({ made, onHave }: { made: TokenMade; onHave(): void }) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => place.current?.focus(), []);
  const title = texts.made(made.view.name);
  return (
    <section ref={place} className="made panel" aria-label={title} tabIndex={-1}>
      <h3>{title}</h3>
      <p>
        <strong>{texts.once}</strong> {texts.onceHint}
      </p>
      <div className="command">
        <pre className="made-token">{made.token}</pre>
        <CopyButton text={made.token} label={texts.theToken} />
      </div>
      <p className="dim">
        {texts.use} <code>Authorization: Bearer …</code>, <code>paddock</code> as <code>PADDOCK_TOKEN</code>.
      </p>
      <Button onClick={onHave}>{texts.have}</Button>
    </section>
  );
}
