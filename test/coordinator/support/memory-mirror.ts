/** What git would answer, in memory: commits by number, each on top of another one. */
import { SourceError, type SourceFailure } from '#coordinator/source/errors.ts';
import type { ReadMirrors } from '#coordinator/wiring/source-ports.ts';
import type { CommitSha } from '#shared/ids.ts';
import { commitOf } from './rows.ts';

type Commit = {
  parent: CommitSha | null;
  suiteFile: string | null;
  message: string;
  files: readonly string[];
};

export const oneSuite = 'version: 1\nsuites: { default: { steps: [make check] } }\n';
export const built = `${oneSuite}on-merge: { build: { steps: [make dist], artifacts: [dist/*] } }\n`;

export function createMirror() {
  const commits = new Map<CommitSha, Commit>();
  const refused = new Map<CommitSha, SourceFailure>();
  const source = {
    failure: null as SourceFailure | null,
    titleFailure: null as SourceFailure | null,
    differenceFailure: null as SourceFailure | null,
    /** How often anybody wanted to know what changed. */
    compared: 0,
    asked: 0,
  };
  const stalled = new Map<CommitSha, PromiseWithResolvers<void>>();
  const broken = new Map<CommitSha, string>();
  const historyOf = (tip: CommitSha): CommitSha[] => {
    const parent = commits.get(tip)?.parent;
    return parent ? [...historyOf(parent), tip] : [tip];
  };
  const mirrors: ReadMirrors = {
    foresee() {},
    async ensureCommit({ commit, repository }, signal) {
      source.asked += 1;
      const bug = broken.get(commit);
      broken.delete(commit);
      if (bug) throw new Error(bug);
      const stall = stalled.get(commit);
      if (stall) await Promise.race([stall.promise, aborted(signal)]);
      const code = source.failure ?? refused.get(commit);
      if (code) throw new SourceError(code, `git says ${code}`, { repository, commit });
    },
    async readFile(_, commit) {
      const { suiteFile: text } = commits.get(commit) ?? { suiteFile: oneSuite };
      return text === null ? null : Buffer.from(text);
    },
    async commitFacts(repository, commit) {
      const code = source.titleFailure;
      if (code) throw new SourceError(code, `git says ${code}`, { repository, commit });
      const { message = '', parent = null } = commits.get(commit) ?? {};
      const title = message.split('\n')[0] ?? '';
      return { title, message, author: 'Kim', authoredAt: 0, tree: '', parents: parent ? [parent] : [] };
    },
    async commitsBetween(_, { before, after, max }) {
      const excluded = new Set(historyOf(before as CommitSha));
      const range = historyOf(after).filter(commit => !excluded.has(commit));
      return { commits: range.slice(-max), isCut: range.length > max };
    },
    isAncestor: async (_, ancestor, commit) => historyOf(commit).includes(ancestor),
    async changedFiles(repository, { from, to, isSinceFork }) {
      source.compared += 1;
      if (source.differenceFailure)
        throw new SourceError(source.differenceFailure, 'git cannot compare', { repository, commit: to });
      const [before, after] = [historyOf(from), historyOf(to)];
      if (isSinceFork && before[0] !== after[0]) return { type: 'unrelated' };
      const theirs = isSinceFork ? [] : before.filter(commit => !after.includes(commit));
      const range = [...theirs, ...after.filter(commit => !before.includes(commit))];
      return {
        type: 'files',
        files: [...new Set(range.flatMap(commit => commits.get(commit)?.files ?? []))],
      };
    },
  };
  return {
    mirrors,
    source,
    /** A commit, on top of another one; with the usual suite file and a title of its own unless told otherwise. */
    commit(
      n: number,
      {
        on,
        file = oneSuite,
        title = `Message of ${n}`,
        files = ['src/main.c'],
      }: { on?: number | undefined; file?: string | null; title?: string; files?: readonly string[] } = {},
    ): CommitSha {
      const parent = on === undefined ? null : commitOf(on);
      commits.set(commitOf(n), { parent, suiteFile: file, message: title, files });
      return commitOf(n);
    },
    /** The forge has it no more, or never had it. */
    refuse: (n: number, failure: SourceFailure = 'no-such-commit') => refused.set(commitOf(n), failure),
    accept: (n: number) => refused.delete(commitOf(n)),
    /** Asking for it takes until it is let go, or nobody asks any more. */
    stall: (n: number) => stalled.set(commitOf(n), Promise.withResolvers()),
    letGo: (n: number) => stalled.get(commitOf(n))?.resolve(),
    /** The next one who asks for it meets a bug. */
    breakOnce: (n: number, message: string) => broken.set(commitOf(n), message),
  };
}

/** Rejects when nobody asks any more. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
