import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Standing } from '#shared/api.ts';
import { useMay } from '../live/may.ts';
import { type Subject, useVerb, type Verb } from '../live/verbs.ts';
import { texts } from '../texts/texts.ts';
import { AskDialog } from './ask-dialog.tsx';
import { isUnderWay } from './standings.ts';

type VerbsProps = { subject: Subject; repository: string; standing: Standing };

/** What whoever reads may do with a run or a job; who may nothing is offered nothing to press. */
export function Verbs({ subject, repository, standing }: VerbsProps) {
  const may = { cancel: useMay('cancel', repository), rerun: useMay('retry', repository) };
  const [asked, setAsked] = useState<Verb | null>(null);
  const [done, setDone] = useState<Verb | null>(null);
  const { mutate, isPending, error, reset } = useVerb(subject);
  const verb: Verb = isUnderWay(standing) ? 'cancel' : 'rerun';
  if (!may[verb]) return null;
  const close = () => {
    setAsked(null);
    reset();
  };
  const leave = (verb: Verb) => {
    close();
    setDone(verb);
  };
  return (
    <div className="verbs">
      <span role="status" className="dim">
        {done && texts.verbs.done[done]}
      </span>
      <Button
        size="compact-sm"
        variant={verb === 'rerun' ? 'filled' : 'default'}
        onClick={() => {
          setDone(null);
          setAsked(verb);
        }}
      >
        {texts.verbs[verb]}
      </Button>
      {asked && (
        <AskDialog
          title={texts.verbs[subject.type][asked].title}
          act={texts.verbs[subject.type][asked].act}
          back={texts.verbs.back[asked]}
          isBusy={isPending}
          problem={error ? error.message : null}
          onAct={() => mutate(asked, { onSuccess: () => leave(asked) })}
          onClose={close}
        >
          {texts.verbs[subject.type][asked].body}
        </AskDialog>
      )}
    </div>
  );
}
