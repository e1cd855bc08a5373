import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { JobSummary, RunView } from '#shared/api.ts';
import { sessionQuery } from '../live/queries.ts';
import { useApproval } from '../live/verbs.ts';
import { texts } from '../texts/texts.ts';
import { AskDialog } from './ask-dialog.tsx';

export const waitsForApproval = ({ blockedOn }: Pick<JobSummary, 'blockedOn'>): boolean =>
  blockedOn === 'approval';

/** Lets an administrator approve the commit of a fork, after asking once; others are offered nothing to press. */
export function Approval({ run }: { run: Pick<RunView, 'id' | 'commit'> }) {
  const { data: session } = useQuery(sessionQuery);
  const [isAsked, setIsAsked] = useState(false);
  const { mutate, isPending, error, reset } = useApproval(run);
  if (!session?.isAdmin) return null;
  const { verb, title, body, back } = texts.approval;
  const act = verb(run.commit);
  const close = () => {
    setIsAsked(false);
    reset();
  };
  return (
    <>
      <Button size="compact-sm" className="approve" onClick={() => setIsAsked(true)}>
        {act}
      </Button>
      {isAsked && (
        <AskDialog
          title={title(run.commit)}
          act={act}
          back={back}
          isBusy={isPending}
          problem={error ? error.message : null}
          onAct={() => mutate(undefined, { onSuccess: close })}
          onClose={close}
        >
          {body}
        </AskDialog>
      )}
    </>
  );
}
