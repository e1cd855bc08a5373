/** `/paddock merge` in a comment: asks for a merge as the command line does. */
import { shortCommit } from '#shared/short-commit.ts';
import { type CommentCommand, refused, takesNothing } from '../runs/comment-command.ts';
import type { MergeParts } from './merge-parts.ts';

export const mergeCommand = (merging: Pick<MergeParts, 'ask'>): CommentCommand => ({
  name: 'merge',
  act: 'merge.ask',
  takes: '',
  about: 'merges it when nothing stands against that',
  isForAuthors: false,
  isFit: takesNothing,
  async run(tx, { repository: { fullName }, change: { number, headSha }, headNow, comment }) {
    // What is asked for is one head, and this is not the one that was looked at.
    if (headNow !== headSha)
      return refused(
        `#${number} is at ${shortCommit(headNow)} now, of which Paddock is still to be told; ask again`,
      );
    const ask = { way: 'command', by: comment.author } as const;
    const answer = await merging.ask(tx, { fullName, number, ask });
    if ('refusal' in answer) return refused(answer.refusal);
    return { done: `#${number} is merged when nothing stands against that`, wakes: answer.wakes };
  },
});
