/** What a command in a comment is. Whoever adds one to the list needs nothing else of this folder. */
import type { ActName } from '#shared/audit.ts';
import type { CommitSha, Instant } from '#shared/ids.ts';
import type { Wake } from '../ground/wake.ts';
import type { Change } from '../store/changes.ts';
import type { Repository } from '../store/repositories.ts';
import type { Tx } from '../store/store.ts';
import type { Commented } from './forge-intent.ts';

/** Who asks: somebody who may write to the repository, the author of the pull request, or anybody. */
export type Standing = 'writer' | 'author' | 'stranger';

export type Asked = {
  at: Instant;
  repository: Repository;
  /** Open, as far as it is known here and there. */
  change: Change;
  /** The head as the forge shows it. */
  headNow: CommitSha;
  comment: Commented['comment'];
  /** What stands behind the command. */
  words: readonly string[];
};

/** One sentence; what was refused is said to whoever asked. */
export type Answer = { done: string; wakes: Wake[] } | { refused: string };

export type CommentCommand = {
  name: string;
  /** What may stand behind it, for people; empty: nothing. */
  takes: string;
  /** Half a sentence, as in "tests the head again". */
  about: string;
  /** Under which name the audit log has it; left out: it writes its entry itself. */
  act?: ActName;
  /** Whether the author of a pull request may ask for it, once the commit may run. */
  isForAuthors: boolean;
  /** Whether what stands behind it can be meant. */
  isFit(words: readonly string[]): boolean;
  /** In the transaction that also says that it was done. What it cannot do is an answer; it throws for bugs only. */
  run(tx: Tx, asked: Asked): Promise<Answer>;
};

export const refused = (why: string): Answer => ({ refused: why });

export const takesNothing = (words: readonly string[]): boolean => words.length === 0;
