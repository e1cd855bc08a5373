import { Button } from '@mantine/core';
import { useState } from 'react';
import type { JobSummary, RunView } from '#shared/api.ts';
import { useMay } from '../live/may.ts';
import { useApproval } from '../live/verbs.ts';
import { texts } from '../texts/texts.ts';
import { AskDialog } from './ask-dialog.tsx';

export const waitsForApproval = ({ blockedOn }: Pick<JobSummary, 'blockedOn'>): boolean =>
  blockedOn === 'approval';

/** Lets a maintainer approve the commit of a fork, after asking once; others are offered nothing to press. */
export function Approval({ run }: { run: Pick<RunView, 'id' | 'commit' | 'repository'> }) {
  const may = useMay('approve', run.repository);
  const [isAsked, setIsAsked] = useState(false);
  const { mutate, isPending, error, reset } = useApproval(run);
  if (!may) return null;
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
