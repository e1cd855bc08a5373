import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { done, type RunView } from '#shared/api.ts';
import { ask } from '../live/ask.ts';
import { useMay } from '../live/may.ts';
import { mergeStandingQuery } from '../live/merging-query.ts';
import { merging } from '../texts/merging.ts';
import { AskDialog } from './ask-dialog.tsx';

type Pull = Pick<RunView, 'id' | 'repository'> & { change: number };

/** Asks for the merge of a pull request, or takes that back, for whoever may; where nothing is merged there is nothing. */
export function MergeVerb({ pull }: { pull: Pull }) {
  const may = useMay('merge', pull.repository);
  const { data: standing } = useQuery({ ...mergeStandingQuery(pull.id), enabled: may });
  const [isAsked, setAsked] = useState(false);
  const queryClient = useQueryClient();
  const verb = standing?.verb ?? null;
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (path: string) =>
      ask(`/api/v1/${path}`, done, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ repository: pull.repository, number: pull.change }),
      }),
    onSettled: () =>
      Promise.all(
        [['run', pull.id], ['merging']].map(queryKey => queryClient.invalidateQueries({ queryKey })),
      ),
  });
  if (!may || verb === null) return null;
  const texts = merging.verbs[verb];
  const close = () => {
    setAsked(false);
    reset();
  };
  return (
    <div className="verbs">
      <span role="status" className="dim">
        {standing?.sentence}
      </span>
      <Button size="compact-sm" variant="default" onClick={() => setAsked(true)}>
        {texts.act}
      </Button>
      {isAsked && (
        <AskDialog
          title={texts.title(pull.change)}
          act={texts.act}
          back={texts.back}
          isBusy={isPending}
          problem={error ? error.message : null}
          onAct={() =>
            mutate(verb === 'merge' ? 'merges' : 'merges/withdraw', { onSuccess: () => setAsked(false) })
          }
          onClose={close}
        >
          {texts.body}
        </AskDialog>
      )}
    </div>
  );
}
