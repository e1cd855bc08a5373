import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Remedy } from '#shared/queue-api.ts';
import { ask } from '../live/ask.ts';
import { anyAnswer } from '../live/send.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { queue as texts } from '../texts/queue.ts';

type RemedyProps = { remedy: Remedy; onDone(said: string): void };

/** What lets the jobs of a group go on: a button where one press does it, and the command that does the same. */
export function RemedyLine({ remedy, onDone }: RemedyProps) {
  const { mutate, isPending, error } = usePress(remedy);
  const verb = texts.verbs[remedy.type];
  return (
    <div className="remedy">
      {verb !== '' && (
        <Button
          size="compact-sm"
          loading={isPending}
          onClick={() => mutate(undefined, { onSuccess: () => onDone(texts.pressed(remedy)) })}
        >
          {verb}
        </Button>
      )}
      <span className="remedy-command">
        {verb !== '' && <span className="dim">{texts.or}</span>} <code>{remedy.command}</code>
        <CopyButton text={remedy.command} label={remedy.command} />
      </span>
      {remedy.type === 'scale-pool' && remedy.effect && (
        <span className="remedy-effect dim">{remedy.effect}</span>
      )}
      {error && (
        <p className="bad" role="alert">
          {error.message}
        </p>
      )}
    </div>
  );
}

const pressOf = (remedy: Remedy): [path: string, body?: object] => {
  switch (remedy.type) {
    case 'scale-pool':
      return [`pools/${encodeURIComponent(remedy.image)}/scale`, { max: remedy.max }];
    case 'resume-pool':
      return [`pools/${encodeURIComponent(remedy.image)}/resume`];
    case 'enable-image':
      return [`images/${encodeURIComponent(remedy.image)}/enable`];
    case 'resume-host':
      return [`hosts/${encodeURIComponent(remedy.host)}/resume`];
    default:
      throw new Error(`nothing can be pressed for ${remedy.type}`);
  }
};

function usePress(remedy: Remedy) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn() {
      const [path, body] = pressOf(remedy);
      const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      return ask(`/api/v1/${path}`, anyAnswer, { method: 'POST', ...(body ? json : {}) });
    },
    onSettled: () =>
      Promise.all(['queue', 'system'].map(key => queryClient.invalidateQueries({ queryKey: [key] }))),
  });
}
