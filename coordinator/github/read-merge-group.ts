/**
 * What GitHub's own merge queue asks Paddock to do.
 * Source: https://docs.github.com/webhooks/webhook-events-and-payloads#merge_group
 */
import { titleFrom } from '#shared/title.ts';
import { type DeliveryIntent, notActedOn, parsed, repositoryOf, shown } from './delivery-intent.ts';
import { mergeGroupPayload } from './payload.ts';

export function readMergeGroup(payload: unknown, action: string): DeliveryIntent {
  switch (action) {
    case 'checks_requested':
      return parsed(mergeGroupPayload, payload, ({ repository, sender, merge_group: group }) => ({
        type: 'merge-group',
        repository: repositoryOf(repository),
        headSha: group.head_sha,
        headRef: group.head_ref,
        baseRef: group.base_ref,
        baseSha: group.base_sha,
        title: titleFrom(group.head_commit?.message ?? ''),
        author: sender,
      }));
    case 'destroyed':
      return parsed(mergeGroupPayload, payload, ({ repository, reason, merge_group: group }) => ({
        type: 'merge-group-ended',
        repository: repositoryOf(repository),
        headSha: group.head_sha,
        baseRef: group.base_ref,
        why: shown(reason ?? 'unknown'),
      }));
    default:
      return notActedOn(`A merge group event "${shown(action)}" asks for no checks.`);
  }
}
