/** What is answered to a comment, in Markdown. Pure. Words of others stand in it as code, without what would end that. */
import { nearest } from '#shared/nearest.ts';
import type { CommentCommand } from './comment-command.ts';
import type { WrittenCommand } from './read-commands.ts';

const code = (text: string): string => `\`${text.replace(/[^\w./ -]/gu, '?').slice(0, 60)}\``;

const usageOf = ({ name, takes }: Pick<CommentCommand, 'name' | 'takes'>): string =>
  `\`/paddock ${name}${takes ? ` ${takes}` : ''}\``;

export const help = { name: 'help', takes: '' };

export function unknownText({ name }: WrittenCommand, commands: readonly CommentCommand[]): string {
  const meant = nearest(
    name,
    [...commands, help].map(each => each.name),
  );
  const guess = meant === null ? '' : `; did you mean \`/paddock ${meant}\`?`;
  return `${code(name)} is no command of Paddock’s${guess || '.'} \`/paddock help\` lists them.`;
}

export const misfitText = (
  command: Pick<CommentCommand, 'name' | 'takes'>,
  words: readonly string[],
): string =>
  `${code(words.join(' '))} cannot stand behind \`${command.name}\`: it is written ${usageOf(command)}.`;

export const refusalText = ({ name }: Pick<CommentCommand, 'name'>, why: string): string =>
  `\`${name}\` was not done: ${why}.`;

export const cutText = (max: number): string => `Only the first ${max} commands of the comment were read.`;

export function helpText(commands: readonly CommentCommand[]): string {
  const rows = commands.map(command => {
    const who = command.isForAuthors ? 'who may write here, and the author' : 'who may write here';
    return `| ${usageOf(command)} | ${command.about} | ${who} |`;
  });
  return [
    'Paddock does what these say, each at the beginning of a line of a new comment:',
    '',
    '| command | what it does | for |',
    '| --- | --- | --- |',
    ...rows,
    `| ${usageOf(help)} | shows this | everybody |`,
    '',
    'Authors of commits from outside may ask once a commit may run: when it was approved, or needs no approval.',
  ].join('\n');
}
