/** One write of the outbox → the calls that GitHub needs for it. Sent twice it does no harm. */

import { type CommitSha, commitSha } from '#shared/ids.ts';
import type { Creation } from '../store/forge-creations.ts';
import type { ForgeWrite, WriteOf } from '../store/forge-writes.ts';
import { ForgeError, isAbsent } from './errors.ts';
import type { CheckPost } from './forge-checks.ts';
import type { ForgeClient } from './forge-client.ts';
import type { CommentPost } from './forge-comments.ts';

export type WritePorts = {
  client: ForgeClient;
  /** All that a check shows, as it is at this moment. */
  describeCheck(
    write: WriteOf<'check'>,
    signal: AbortSignal,
  ): Promise<Omit<CheckPost, 'fullName' | 'sha' | 'externalId'>>;
};

/** What is made once and changed afterwards: made twice it would be there twice. */
export const isCreation = (kind: ForgeWrite['kind']): boolean => kind === 'check' || kind === 'comment';

/**
 * Resolves when GitHub has it. Throws like the client.
 * @returns GitHub's number of what was made or changed, to be remembered; null for what has none.
 */
export async function sendWrite(
  ports: WritePorts,
  write: ForgeWrite,
  creation: Creation,
  signal: AbortSignal,
): Promise<number | null> {
  const { repository: fullName, context } = write;
  switch (write.kind) {
    case 'status':
      await ports.client.postStatus({ fullName, sha: commitOf(write), context, ...write.payload }, signal);
      return null;
    case 'check':
      return sendCheck(ports, write, creation, signal);
    case 'comment':
      return sendComment(ports.client, write, creation, signal);
    case 'reaction':
      await ports.client.addReaction({ fullName, comment: Number(write.subject), ...write.payload }, signal);
      return null;
  }
}

const commitOf = ({ subject }: ForgeWrite): CommitSha => commitSha.parse(subject);

async function sendCheck(
  { client, describeCheck }: WritePorts,
  write: WriteOf<'check'>,
  { forgeId, hasBegun }: Creation,
  signal: AbortSignal,
): Promise<number> {
  const subject = { fullName: write.repository, sha: commitOf(write), externalId: write.context };
  const check = { ...subject, ...(await describeCheck(write, signal)) };
  const known = forgeId ?? (hasBegun ? await client.findCheck(check, signal) : null);
  try {
    return await writeCheck(client, known, check, signal);
  } catch (error) {
    if (known === null || !isAbsent(error)) throw error;
    // GitHub has lost it, or the repository was made anew; one of this run that is there takes its place.
    const other = await client.findCheck(check, signal);
    if (other === known) throw error;
    return writeCheck(client, other, check, signal);
  }
}

/** `known` null: it is made. */
async function writeCheck(
  client: ForgeClient,
  known: number | null,
  check: CheckPost,
  signal: AbortSignal,
): Promise<number> {
  const id = known ?? (await client.createCheck(check, signal));
  // What is new has no annotations yet: they come in parts, which a creation cannot be.
  if (known !== null || check.annotations.length > 0) await client.updateCheck(id, check, signal);
  return id;
}

async function sendComment(
  client: ForgeClient,
  { repository, subject, context, payload }: WriteOf<'comment'>,
  { forgeId, hasBegun }: Creation,
  signal: AbortSignal,
): Promise<number> {
  const comment = { fullName: repository, number: Number(subject), marker: context, body: payload.body };
  const known = forgeId ?? (hasBegun ? await client.findComment(comment, signal) : null);
  if (known === null) return client.createComment(comment, signal);
  try {
    await client.updateComment(known, comment, signal);
  } catch (error) {
    throw isAbsent(error) ? deleted(error, comment) : error;
  }
  return known;
}

/** Somebody did not want it there. */
const deleted = ({ status, requestId }: ForgeError, { marker, fullName, number }: CommentPost): ForgeError =>
  new ForgeError({
    code: 'not-found',
    retry: 'never',
    isForgeWide: false,
    message: `the comment ${marker} on ${fullName}#${number} is not there any more, so somebody has deleted it; it is not written again`,
    status,
    requestId,
  });
