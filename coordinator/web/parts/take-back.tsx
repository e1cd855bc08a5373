import type { MergeEntryView } from '#shared/merge-api.ts';
import { useMay } from '../live/may.ts';
import { merging as texts } from '../texts/merging.ts';
import { Deed } from './deed.tsx';

/** Takes the merge of a pull request back, for whoever may merge there; of one that is over there is nothing to take back. */
export function TakeBack({ entry: { repository, number, status } }: { entry: MergeEntryView }) {
  const may = useMay('merge', repository);
  if (!may || status === 'landed' || status === 'ejected' || status === 'withdrawn') return null;
  const { title, body } = texts.verbs.withdraw;
  return (
    <Deed
      verb={texts.takeBack}
      label={texts.takeBackOf(repository, number)}
      title={title(number)}
      about={body}
      path="merges/withdraw"
      body={{ repository, number }}
    />
  );
}
