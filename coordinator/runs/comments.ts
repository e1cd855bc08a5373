/**
 * Comments on pull requests that hold commands. Who may ask for what is the forge's to say; what was done, and that the
 * comment was answered, is one transaction: a delivery that comes again does nothing a second time. The acknowledgement is
 * a reaction; a comment of ours only says what a human needs to know, and one of a kind is changed, never repeated.
 */

import type { ActName } from '#shared/audit.ts';
import { limits } from '#shared/limits.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { type Change, findChange } from '../store/changes.ts';
import { addWrite, findLastWrite } from '../store/forge-writes.ts';
import { findRepositoryByName, type Repository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import type { Tx } from '../store/store.ts';
import { addComment } from './add-comment.ts';
import type { Asked, CommentCommand, Standing } from './comment-command.ts';
import { cutText, help, helpText, misfitText, refusalText, unknownText } from './comment-texts.ts';
import type { Commented } from './forge-intent.ts';
import { acted, type ChangeParts, type Handled, notActed, unknownRepository } from './intake-ports.ts';
import { noteAct } from './note-act.ts';
import { readCommands, type WrittenCommand } from './read-commands.ts';
import { viewTrust } from './trust-view.ts';
import { runOfCommit } from './usual-commands.ts';

/** What became of one command: its sentence, where it needs one. */
type Verdict = { reaction: '+1' | '-1' | 'confused'; text: string | null; wakes: Wake[] };

/** Everything that is known before the transaction. */
type Facts = { comment: Commented; isWriter: boolean; pull: { headSha: Change['headSha']; isOpen: boolean } };

export async function receiveComment(parts: ChangeParts, comment: Commented): Promise<Handled> {
  const { fullName } = comment.repository;
  if (!parts.policyFor(fullName)) return unknownRepository(fullName);
  const written = readCommands(comment.comment.body);
  if (written.commands.length === 0) return notActed('the comment holds no command for Paddock');
  const pull = await parts.currentPull(fullName, comment.number);
  const isWriter = await parts.mayWrite(fullName, comment.comment.author);
  return parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    if (await wasAnswered(tx, comment)) return acted('the comment was answered before');
    const verdicts: Verdict[] = [];
    for (const each of written.commands)
      verdicts.push(await judge(parts, tx, { comment, isWriter, pull }, each));
    if (written.isCut) verdicts.push(confused(cutText(limits.commandsPerComment)));
    const wakes = await answer(parts, tx, comment, isWriter, verdicts);
    const asked = written.commands.map(({ name }) => name || help.name).join(', ');
    const said = verdicts.flatMap(({ text }) => text ?? []).join(' ');
    return acted(`${comment.comment.author} asked: ${asked}${said ? `; ${said}` : ''}`, wakes);
  });
}

const confused = (text: string): Verdict => ({ reaction: 'confused', text, wakes: [] });
const refusal = (command: CommentCommand, why: string): Verdict => ({
  reaction: '-1',
  text: refusalText(command, why),
  wakes: [],
});

const isHelp = ({ name }: WrittenCommand): boolean => name === help.name || name === '';

async function judge(parts: ChangeParts, tx: Tx, facts: Facts, written: WrittenCommand): Promise<Verdict> {
  const { name, words } = written;
  if (isHelp(written)) return giveHelp(parts, tx, facts.comment);
  const command = parts.commands.find(each => each.name === name);
  if (!command) return confused(unknownText(written, parts.commands));
  if (!command.isFit(words)) return confused(misfitText(command, words));
  const found = await findSubject(tx, facts);
  if ('why' in found) return refusal(command, found.why);
  const asked: Asked = {
    ...found,
    at: parts.now(),
    headNow: facts.pull.headSha,
    comment: facts.comment.comment,
    words,
  };
  const forbidden = await whyNot(tx, command, asked, facts.isWriter);
  if (forbidden) return refusal(command, forbidden);
  const result = await command.run(tx, asked);
  if ('refused' in result) return refusal(command, result.refused);
  if (command.act) await noteCommand(tx, command.act, asked, name, result.done);
  return { reaction: '+1', text: null, wakes: result.wakes };
}

const noteCommand = (
  tx: Tx,
  act: ActName,
  { at, repository, change, comment, words }: Asked,
  name: string,
  done: string,
) =>
  noteAct(tx, {
    ...{ at, act, by: comment.author, byId: comment.authorId, repository: repository.fullName },
    subject: `${repository.fullName}#${change.number}`,
    after: { command: [name, ...words].join(' '), comment: comment.id, done },
  });

async function findSubject(
  tx: Tx,
  { comment: { repository, number }, pull }: Facts,
): Promise<{ repository: Repository; change: Change } | { why: string }> {
  const known = await findRepositoryByName(tx, repository.fullName);
  const change = known && (await findChange(tx, known.id, number));
  if (!known || !change)
    return { why: `Paddock has not been told of #${number} yet; push to it, or reopen it` };
  if (change.state !== 'open' || !pull.isOpen)
    return { why: `#${number} is ${change.state === 'open' ? 'closed' : change.state}` };
  return { repository: known, change };
}

function standingOf({ change, comment }: Asked, isWriter: boolean): Standing {
  if (isWriter) return 'writer';
  return change.authorId !== null && change.authorId === comment.authorId ? 'author' : 'stranger';
}

/** Why whoever asks may not have that; null: they may. */
async function whyNot(
  tx: Tx,
  command: CommentCommand,
  asked: Asked,
  isWriter: boolean,
): Promise<string | null> {
  const standing = standingOf(asked, isWriter);
  if (standing === 'writer') return null;
  if (!command.isForAuthors) return 'it takes somebody who may write to the repository';
  if (standing === 'stranger') return 'it takes the author, or somebody who may write to the repository';
  const run = await runOfCommit(tx, asked, asked.change.headSha);
  const trust = run && (await viewTrust(tx, run));
  const isLet = !trust || trust.isTrusted || trust.runsAtOnce || trust.approvals.length > 0;
  return isLet ? null : `${shortCommit(asked.change.headSha)} waits for a maintainer to approve it`;
}

/** One such comment for each pull request, however often somebody asks. */
async function giveHelp(
  { commands, now }: ChangeParts,
  tx: Tx,
  { repository, number }: Commented,
): Promise<Verdict> {
  const key = { repository: repository.fullName, subject: String(number), context: 'help' };
  return { reaction: '+1', text: null, wakes: await addComment(tx, key, helpText(commands), now()) };
}

/** The worst of the verdicts is the reaction. */
const reactions = ['confused', '-1', '+1'] as const;

async function answer(
  { now }: ChangeParts,
  tx: Tx,
  { repository: { fullName }, number, comment }: Commented,
  isWriter: boolean,
  verdicts: readonly Verdict[],
): Promise<Wake[]> {
  const content = reactions.find(each => verdicts.some(({ reaction }) => reaction === each)) ?? '+1';
  const reaction = { kind: 'reaction', repository: fullName, ...answered(comment), priority: 1 } as const;
  await addWrite(tx, { ...reaction, payload: { content } }, now());
  const wakes: Wake[] = [...verdicts.flatMap(({ wakes }) => wakes), { type: 'outbox' }];
  const texts = verdicts.flatMap(({ text }) => text ?? []);
  if (texts.length === 0) return wakes;
  // All others share one comment of ours, so that nobody can make Paddock flood a pull request.
  const context = isWriter ? `answer-${comment.id}` : 'answer';
  const body = [`@${comment.author}`, ...texts].join(' ');
  const reply = { repository: fullName, subject: String(number), context };
  return [...wakes, ...(await addComment(tx, reply, body, now()))];
}

/** There is one reaction for each comment: that it was written tells that the comment was answered. */
const answered = ({ id }: Commented['comment']) => ({ subject: String(id), context: 'answered' });

const wasAnswered = async (tx: Tx, { repository, comment }: Commented): Promise<boolean> =>
  (await findLastWrite(tx, { kind: 'reaction', repository: repository.fullName, ...answered(comment) })) !==
  null;
