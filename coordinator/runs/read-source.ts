/**
 * What git says of a commit that is to be planned: its suite file and that of its base, its message, what changed. Everything
 * here takes time and comes before the transaction. What cannot be told makes more run, never less.
 */

import type { CommitSha } from '#shared/ids.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Repository } from '../store/repositories.ts';
import type { Run } from '../store/runs.ts';
import { type Base, basesOf } from './bases-of.ts';
import type { CommitSource, Onto } from './plan-commit.ts';
import type { PrepareParts, SourceFailure, SuiteFileReading } from './prepare-ports.ts';
import type { Changed } from './scope.ts';
import { skipMarkerOf } from './skip-marker.ts';

type Failed = { failure: SourceFailure };
type Parts = Pick<PrepareParts, 'ports' | 'store'>;

/** Of a run whose commit is in the mirror. */
export async function readSource(
  parts: Parts,
  run: Run,
  repository: Repository,
  signal: AbortSignal,
): Promise<(CommitSource & { title: string }) | Failed> {
  const head = await readingFor(parts, run, repository);
  if (head.type === 'failed') return head;
  const named = await parts.ports.readCommit(repository, run.commit);
  if ('failure' in named) return named;
  const [first = null, ...others] = await basesOf(parts.store.read, run);
  const look = (base: Base | null) =>
    lookOnto(parts, { run, repository, head, base, parent: named.parent }, signal);
  const own = await look(first);
  if ('failure' in own) return own;
  const onto: [Onto, ...Onto[]] = [own];
  for (const base of others) {
    const more = await look(base);
    if ('failure' in more) return more;
    onto.push(more);
  }
  return { head, title: named.title, marker: skipMarkerOf(named.message), onto };
}

type Looked = {
  run: Run;
  repository: Repository;
  head: SuiteFileReading;
  base: Base | null;
  parent: CommitSha | null;
};

async function lookOnto(
  parts: Parts,
  { run, repository, head, base, parent }: Looked,
  signal: AbortSignal,
): Promise<Onto | Failed> {
  const read = base && (await readBase(parts, repository, base, signal));
  if (read && 'failure' in read) return read;
  const isAsked = hasPaths(head) || (read !== null && hasPaths(read.reading));
  const from = base ? base.commit : startOf(run, parent);
  const changed = isAsked
    ? await whatChanged(parts, repository, run, from, signal)
    : ({ type: 'all' } as const);
  if ('failure' in changed) return changed;
  return { base: read, branch: read?.ref ?? run.ref, changed };
}

/** One command instead of the suite file, the commit's own file, or the one registered here; in this order. */
async function readingFor(
  { ports }: Parts,
  { request, commit }: Pick<Run, 'commit'> & { request: Pick<Run['request'], 'command'> },
  repository: Repository,
) {
  if (request.command !== null) {
    const steps = [{ run: request.command }];
    return { type: 'file' as const, file: { version: 1 as const, suites: { default: { steps } } } };
  }
  const reading = await ports.readSuiteFile(repository, commit);
  if (reading.type !== 'absent') return reading;
  const registered = ports.registeredSuite(repository.fullName);
  return registered ? { type: 'file' as const, file: registered } : reading;
}

/** Without its base nobody can say what is required of a change, so that it is not tested: half of it would look like all. */
async function readBase(
  parts: Parts,
  repository: Repository,
  base: Base,
  signal: AbortSignal,
): Promise<{ ref: string; reading: SuiteFileReading } | Failed> {
  const { ref, commit } = base;
  const failure = await parts.ports.ensureCommit(repository, base, signal);
  if (failure) {
    const message = `what ${ref} requires at ${shortCommit(commit)} cannot be read, so nothing is tested; push again on top of ${ref} as it is now: ${failure.message}`;
    return { failure: { ...failure, message } };
  }
  const reading = await readingFor(parts, { commit, request: { command: null } }, repository);
  if (reading.type !== 'failed') return { ref, reading };
  if (!reading.failure.isPermanent) return reading;
  return { ref, reading: { type: 'bad', message: reading.failure.message, position: null } };
}

const hasPaths = (reading: SuiteFileReading): boolean =>
  reading.type === 'file' &&
  [...Object.values(reading.file.suites), ...Object.values(reading.file['on-merge'] ?? {})].some(
    ({ paths }) => paths !== undefined,
  );

/** What was there before the commit landed; null: nobody knows, or there was nothing. */
function startOf({ request, purpose }: Run, parent: CommitSha | null): CommitSha | null {
  if (purpose !== 'landed') return null;
  return request.landed ? (request.before ?? null) : parent;
}

async function whatChanged(
  { ports }: Parts,
  repository: Repository,
  run: Run,
  from: CommitSha | null,
  signal: AbortSignal,
): Promise<Changed | Failed> {
  if (run.purpose === 'manual') return { type: 'all' };
  if (from === null)
    return { type: 'unknown', why: `nothing is known of ${run.ref} before ${shortCommit(run.commit)}` };
  const failure = await ports.ensureCommit(repository, { commit: from, ref: run.ref }, signal);
  if (failure?.isPermanent)
    return { type: 'unknown', why: `${shortCommit(from)}, on which ${run.ref} was before, is gone` };
  if (failure) return { failure };
  return ports.changedFiles(
    repository,
    { from, to: run.commit, isSinceFork: run.purpose !== 'landed' },
    signal,
  );
}
