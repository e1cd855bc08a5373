import type { AttemptId, CommitSha, RepositoryId } from '#shared/ids.ts';

/** Who reads what: the caller has verified that this attempt's token covers this repository and commit. */
export type SourceReader = { repository: RepositoryId; commit: CommitSha; attempt: AttemptId };
