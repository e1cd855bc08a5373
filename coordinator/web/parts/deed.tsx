import { Button } from '@mantine/core';
import { useState } from 'react';
import { anyAnswer, useSend } from '../live/send.ts';
import { form } from '../texts/form.ts';
import { AskDialog } from './ask-dialog.tsx';

type DeedProps = {
  /** The verb on the button. */
  verb: string;
  /** The same with what it is done to, for whoever hears the page. */
  label: string;
  title: string;
  about: string;
  path: string;
  body?: object;
};

/** A button that asks first: none of this can be taken back. */
export function Deed({ verb, label, title, about, path, body = {} }: DeedProps) {
  const [isAsked, setAsked] = useState(false);
  const { mutate, isPending, error, reset } = useSend(path, anyAnswer);
  const close = () => {
    setAsked(false);
    reset();
  };
  return (
    <>
      <Button size="compact-sm" variant="default" aria-label={label} onClick={() => setAsked(true)}>
        {verb}
      </Button>
      {isAsked && (
        <AskDialog
          title={title}
          act={verb}
          back={form.back}
          isBusy={isPending}
          problem={error ? error.message : null}
          onAct={() => mutate(body, { onSuccess: close })}
          onClose={close}
        >
          {about}
        </AskDialog>
      )}
    </>
  );
}
