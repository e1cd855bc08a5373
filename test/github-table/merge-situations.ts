/** Merging: GitHub's own merge queue, which asks for checks, and what Paddock merges itself. */
import type { MergingSituation, Situation } from './rows.ts';

export const mergeSituations: Situation[] = [
  ['merge group asked for', 'its job passes', 'ask-group pass'],
  ['merge group asked for', 'its job fails', 'ask-group fail'],
  ['merge group asked for', 'the webhook came twice', 'twice:ask-group pass'],
  ['merge group asked for', 'GitHub gives it up before', 'ask-group settle give-group-up'],
];

const queue = '{ queue: { max-batch: 4 } }';

/** Each of them runs some fifty gits. */
export const mergingAtOnce = 2;

export const mergingSituations: MergingSituation[] = [
  ['merge asked for', 'its job passes', 'open:1 ask:1', { merge: queue }],
  ['merge asked for', 'without a queue', 'open:1 ask:1', { merge: '{}' }],
  ['merge asked for', 'its job fails', 'open-broken:1 ask:1', { merge: queue }],
  [
    'merge asked for',
    'nobody has approved it',
    'open-unapproved:1 ask:1',
    { merge: '{ approvals: 1, queue: {} }' },
  ],
  [
    'merge asked for',
    'and taken back',
    'open-unapproved:1 ask:1 test withdraw:1',
    { merge: '{ approvals: 1, queue: {} }' },
  ],
  [
    'merge asked for',
    'it conflicts with what has landed',
    'open-same:1 open-same:2 ask:1 ask:2',
    { merge: queue },
  ],
  [
    'merge asked for',
    'one of two fails with what main has become',
    'open:1 open-old:2 test base-moves ask:1 ask:2',
    { merge: queue },
  ],
  [
    'merge asked for',
    'closed meanwhile',
    'open-unapproved:1 ask:1 close:1',
    { merge: '{ approvals: 1, queue: {} }' },
  ],
];
