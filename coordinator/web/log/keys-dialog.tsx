import type { RefObject } from 'react';
import { texts } from '../texts/texts.ts';

/** All keys of the log; Escape closes it. */
export function KeysDialog({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} className="dialog" aria-label={texts.log.keysTitle}>
      <h2>{texts.log.keysTitle}</h2>
      <dl className="keys">
        {texts.log.keys.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map(key => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" className="dialog-buttons">
        <button type="submit" className="log-tool">
          {texts.log.close}
        </button>
      </form>
    </dialog>
  );
}
