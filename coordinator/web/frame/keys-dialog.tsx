import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { texts } from '../texts/texts.ts';

export function KeysDialog({ onClose }: { onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">{texts.keys.title}</h2>
      <dl className="keys">
        {texts.keys.list.map(([keys, meaning]) => (
          <div key={meaning}>
            <dt>
              {keys.map(key => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <div className="dialog-buttons">
        <Button variant="default" onClick={() => dialog.current?.close()}>
          {texts.keys.close}
        </Button>
      </div>
    </dialog>
  );
}
