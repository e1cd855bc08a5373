import type { Operations } from '../operation.ts';

export const mergingOperations = {
  'GET /api/v1/merges': {
    id: 'getMerging',
    tag: 'Merging',
    summary: 'What is to be merged, what is tested with what, and what became of the last ones',
    cli: 'paddock merge-queue',
  },
  'GET /api/v1/runs/:id/merge': {
    id: 'getMergeStanding',
    tag: 'Merging',
    summary: 'What can be done about merging from the run of a pull request',
  },
  'POST /api/v1/merges': {
    id: 'askMerge',
    tag: 'Merging',
    summary: 'Merge a pull request once nothing stands against it',
    refused: [409],
    cli: 'paddock merge acme/rocket#128',
    example: { repository: 'acme/rocket', number: 128 },
  },
  'POST /api/v1/merges/withdraw': {
    id: 'withdrawMerge',
    tag: 'Merging',
    summary: 'Take that back',
    refused: [409],
    cli: 'paddock merge acme/rocket#128 --withdraw',
    example: { repository: 'acme/rocket', number: 128 },
  },
} as const satisfies Operations;
