import { typeidUnboxed } from 'typeid-js';
import type {
  ArtifactId,
  AttemptId,
  ChangeId,
  CoordinatorId,
  HostId,
  JobId,
  MachineId,
  MergeBatchId,
  MergeEntryId,
  PersonId,
  RepositoryId,
  RunId,
  SessionId,
  TokenId,
} from '#shared/ids.ts';

/** Makes the ids of new rows: TypeIDs over UUIDv7, so they sort by age. */
export const newId = {
  repository: () => typeidUnboxed('repo') as string as RepositoryId,
  change: () => typeidUnboxed('change') as string as ChangeId,
  run: () => typeidUnboxed('run') as string as RunId,
  job: () => typeidUnboxed('job') as string as JobId,
  attempt: () => typeidUnboxed('attempt') as string as AttemptId,
  machine: () => typeidUnboxed('machine') as string as MachineId,
  host: () => typeidUnboxed('host') as string as HostId,
  artifact: () => typeidUnboxed('artifact') as string as ArtifactId,
  mergeEntry: () => typeidUnboxed('merge') as string as MergeEntryId,
  mergeBatch: () => typeidUnboxed('batch') as string as MergeBatchId,
  coordinator: () => typeidUnboxed('coordinator') as string as CoordinatorId,
  person: () => typeidUnboxed('prs') as string as PersonId,
  session: () => typeidUnboxed('ses') as string as SessionId,
  token: () => typeidUnboxed('tok') as string as TokenId,
};
