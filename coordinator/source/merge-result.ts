/**
 * What a branch becomes when changes are merged into it one after the other, as commits in the mirror that no forge has yet.
 * The same changes on the same base at the same moment are the same commits, so that a repetition makes nothing new.
 */
import { type CommitSha, commitSha, type Instant } from '#shared/ids.ts';
import { SourceError } from './errors.ts';
import { adviceFor, wordsOfGit } from './git-failure.ts';
import type { GitCall } from './git-process.ts';
import type { Place } from './history.ts';

export type MergePart = { head: CommitSha; message: string };

export type MergePlan = {
  base: CommitSha;
  parts: readonly MergePart[];
  /** `squash`: one commit by the head's author; `merge`: a commit with both as its parents. */
  method: 'merge' | 'squash';
  committer: { name: string; email: string };
  at: Instant;
};

/** Of each part, in order: the branch with it, or why it was left out. */
export type MergedPart = { commit: CommitSha } | { conflict: string[] } | { isEmpty: true };

/** Base and heads are in the mirror. No ref keeps what it makes. Throws `SourceError`. */
export async function mergeOnto(place: Place, plan: MergePlan, signal: AbortSignal): Promise<MergedPart[]> {
  const results: MergedPart[] = [];
  let tip = plan.base;
  for (const part of plan.parts) {
    const result = await mergeOne(place, plan, tip, part, signal);
    if ('commit' in result) tip = result.commit;
    results.push(result);
  }
  return results;
}

async function mergeOne(
  place: Place,
  plan: MergePlan,
  tip: CommitSha,
  { head, message }: MergePart,
  signal: AbortSignal,
): Promise<MergedPart> {
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', tip, head];
  const end = await inMirror(place, { args }, signal);
  const [tree = '', ...paths] = end.output.toString('utf8').split('\0').filter(Boolean);
  if (end.exitCode === 1) return { conflict: [...new Set(paths)] };
  // Histories that have nothing in common are no failure of ours either.
  if (/unrelated histories/.test(end.complaint)) return { conflict: [] };
  if (end.exitCode !== 0 || !/^[0-9a-f]{40,64}$/.test(tree)) throw failed(place, 'merge-tree', end.complaint);
  const before = await succeed(place, { args: ['rev-parse', `${tip}^{tree}`] }, signal);
  if (before === tree) return { isEmpty: true };
  const author = plan.method === 'squash' ? await authorOf(place, head, signal) : signatureOf(plan);
  const parents = plan.method === 'squash' ? [tip] : [tip, head];
  const input = [
    `tree ${tree}`,
    ...parents.map(parent => `parent ${parent}`),
    `author ${author}`,
    `committer ${signatureOf(plan)}`,
    '',
    `${message.trim()}\n`,
  ].join('\n');
  const made = await succeed(
    place,
    { args: ['hash-object', '-t', 'commit', '-w', '--stdin'], input },
    signal,
  );
  return { commit: commitSha.parse(made) };
}

/** Angle brackets and line breaks would be another header. */
const signatureOf = ({ committer: { name, email }, at }: MergePlan): string =>
  `${name.replace(/[<>\n]/g, '')} <${email.replace(/[<>\s]/g, '')}> ${Math.floor(at / 1_000)} +0000`;

async function authorOf(place: Place, head: CommitSha, signal: AbortSignal): Promise<string> {
  const text = await succeed(place, { args: ['show', '--no-patch', '--format=%an%n%ae%n%at', head] }, signal);
  const [name = '', email = '', seconds = '0'] = text.split('\n');
  const at = Number(seconds) * 1_000;
  return signatureOf({ committer: { name: name || 'unknown', email }, at } as MergePlan);
}

async function inMirror(place: Place, call: GitCall, signal: AbortSignal) {
  const args = [`--git-dir=${place.directory}`, ...call.args];
  return place.git.run(place.repository, { ...call, args }, signal);
}

async function succeed(place: Place, call: GitCall, signal: AbortSignal): Promise<string> {
  const { exitCode, output, complaint } = await inMirror(place, call, signal);
  if (exitCode !== 0) throw failed(place, call.args[0] ?? 'git', complaint);
  return output.toString('utf8').trim();
}

function failed({ repository }: Place, what: string, complaint: string): SourceError {
  const message = `\`git ${what}\` in the mirror of ${repository} failed: ${wordsOfGit(complaint)}. ${adviceFor('git-failed')}`;
  return new SourceError('git-failed', message, { repository });
}
