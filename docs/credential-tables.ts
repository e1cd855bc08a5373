/** The table of credentials of security.md, in Markdown, from the list that the inventory goes by. */
import { credentialKindNames, credentialKinds, lastsText } from '#shared/credentials.ts';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

export const credentialTables: Readonly<Record<string, string>> = {
  credentials: [
    row(['kind', 'what', 'holder', 'what it opens', 'lasts', 'taken back by']),
    row(['---', '---', '---', '---', '---', '---']),
    ...credentialKindNames.map(name => {
      const { what, holder, scope, revoked } = credentialKinds[name];
      return row([`\`${name}\``, what, holder, scope, lastsText(name), revoked]);
    }),
  ].join('\n'),
};
