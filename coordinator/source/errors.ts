/** What can go wrong between a tested repository and its mirror here, as facts that callers can act on. */
export type SourceFailure =
  | 'url-refused'
  | 'no-such-commit'
  | 'not-mirrored'
  | 'mirror-damaged'
  | 'repository-not-found'
  | 'repository-moved'
  | 'auth-refused'
  | 'insecure-credential'
  | 'host-unreachable'
  | 'source-damaged'
  | 'disk-full'
  | 'timed-out'
  | 'not-a-file'
  | 'file-too-large'
  | 'pack-too-large'
  | 'git-missing'
  | 'git-failed';

/** Failures that no repetition cures: the same commit and the same URL would fail again. */
const permanentFailures: ReadonlySet<SourceFailure> = new Set<SourceFailure>([
  'url-refused',
  'no-such-commit',
  'not-a-file',
  'file-too-large',
  'pack-too-large',
]);

export type SourceErrorFacts = { repository: string; commit?: string | undefined; cause?: unknown };

/**
 * An operational failure of the source: `message` says what failed, on which repository, in git's own words where there
 * are any, and never holds a credential. `permanent` says that trying again cannot help.
 */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: SourceFailure;
  readonly permanent: boolean;
  readonly repository: string;
  readonly commit: string | undefined;

  constructor(code: SourceFailure, message: string, { repository, commit, cause }: SourceErrorFacts) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.permanent = permanentFailures.has(code);
    this.repository = repository;
    this.commit = commit;
  }
}
