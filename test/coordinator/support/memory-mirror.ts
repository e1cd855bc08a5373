/** What git would answer, in memory: commits by number, each on top of another one. */
import { SourceError, type SourceFailure } from '#coordinator/source/errors.ts';
import type { ReadMirrors } from '#coordinator/wiring/source-ports.ts';
import type { CommitSha } from '#shared/ids.ts';
import { commitOf } from './rows.ts';

type Commit = { parent: CommitSha | null; suiteFile: string | null };

export const oneSuite = 'version: 1\nsuites: { default: { steps: [make check] } }\n';
export const built = `${oneSuite}on-merge: { build: { steps: [make dist], artifacts: [dist/*] } }\n`;

export function createMirror() {
  const commits = new Map<CommitSha, Commit>();
  const refused = new Map<CommitSha, SourceFailure>();
  const source = { failure: null as SourceFailure | null, asked: 0 };
  const historyOf = (tip: CommitSha): CommitSha[] => {
    const parent = commits.get(tip)?.parent;
    return parent ? [...historyOf(parent), tip] : [tip];
  };
  const mirrors: ReadMirrors = {
    async ensureCommit({ commit, repository }) {
      source.asked += 1;
      const code = source.failure ?? refused.get(commit);
      if (code) throw new SourceError(code, `git says ${code}`, { repository, commit });
    },
    async readFile(_, commit) {
      const { suiteFile: text } = commits.get(commit) ?? { suiteFile: oneSuite };
      return text === null ? null : Buffer.from(text);
    },
    async commitsBetween(_, { before, after, max }) {
      const excluded = new Set(historyOf(before as CommitSha));
      const range = historyOf(after).filter(commit => !excluded.has(commit));
      return { commits: range.slice(-max), isCut: range.length > max };
    },
  };
  return {
    mirrors,
    source,
    /** A commit, on top of another one; with the usual suite file unless told otherwise. */
    commit(
      n: number,
      { on, file = oneSuite }: { on?: number | undefined; file?: string | null } = {},
    ): CommitSha {
      commits.set(commitOf(n), { parent: on === undefined ? null : commitOf(on), suiteFile: file });
      return commitOf(n);
    },
    /** The forge has it no more, or never had it. */
    refuse: (n: number, failure: SourceFailure = 'no-such-commit') => refused.set(commitOf(n), failure),
  };
}
