/** What a comment on a pull request asks Paddock to do; which commands it holds is for whoever carries them out. */
import { type DeliveryIntent, notActedOn, parsed, repositoryOf, shown } from './delivery-intent.ts';
import { commentPayload } from './payload.ts';

/** Only new comments of people count: one that was edited could say what nobody has seen, and bots answer bots. */
export function readComment(payload: unknown, action: string): DeliveryIntent {
  if (action === 'edited') return notActedOn('A comment that was edited is not read again; write a new one.');
  if (action !== 'created') return notActedOn(`A comment that was "${shown(action)}" asks for nothing.`);
  return parsed(commentPayload, payload, ({ repository, issue, comment }) => {
    const { id, body, created_at: createdAt, user } = comment;
    if (!issue.pull_request) return notActedOn('The comment is on an issue, not on a pull request.');
    if (!user) return notActedOn('The account that wrote the comment is gone.');
    if (user.type !== 'User' || comment.performed_via_github_app)
      return notActedOn('A program wrote the comment; commands are for people.');
    return {
      type: 'commented',
      repository: repositoryOf(repository),
      number: issue.number,
      comment: { id, author: user.login, authorId: user.id, body, createdAt },
    };
  });
}
