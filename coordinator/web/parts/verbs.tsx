import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Standing } from '#shared/api.ts';
import { sessionQuery } from '../live/queries.ts';
import { type Subject, useVerb, type Verb } from '../live/verbs.ts';
import { texts } from '../texts/texts.ts';
import { AskDialog } from './ask-dialog.tsx';
import { isUnderWay } from './standings.ts';

/** What an administrator may do with a run or a job; others are offered nothing to press. */
export function Verbs({ subject, standing }: { subject: Subject; standing: Standing }) {
  const { data: session } = useQuery(sessionQuery);
  const [asked, setAsked] = useState<Verb | null>(null);
  const [done, setDone] = useState<Verb | null>(null);
  const { mutate, isPending, error, reset } = useVerb(subject);
  if (!session?.isAdmin) return null;
  const verb: Verb = isUnderWay(standing) ? 'cancel' : 'rerun';
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
