import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';

type AskDialogProps = {
  title: string;
  /** The verb on the button that does it. */
  act: string;
  back: string;
  isBusy: boolean;
  /** What came of the last try, when it did not work. */
  problem: string | null;
  onAct(): void;
  onClose(): void;
  children: ReactNode;
};

/** Asks before something is done that cannot be taken back. The browser's own dialog: it keeps the focus and Escape. */
export function AskDialog({ title, act, back, isBusy, problem, onAct, onClose, children }: AskDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    button.current?.focus();
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="dialog-title" onClose={onClose}>
      <h2 id="dialog-title">{title}</h2>
      <p>{children}</p>
      {problem && (
        <p className="dialog-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="dialog-buttons">
        <Button variant="default" onClick={() => dialog.current?.close()}>
          {back}
        </Button>
        <Button ref={button} onClick={onAct} loading={isBusy}>
          {act}
        </Button>
      </div>
    </dialog>
  );
}
