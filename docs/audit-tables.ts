/** The table of audit.md, in Markdown, from the acts that the code knows and the routes that do them. */
import { auditedActs } from '#coordinator/http/audited-acts.ts';
import { type ActName, acts } from '#shared/audit.ts';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const routesOf = (act: ActName): string =>
  Object.entries(auditedActs)
    .filter(([, audited]) => audited.act === act)
    .map(([route]) => `\`${route.replace('/api/v1', '')}\``)
    .join(', ');

export const auditTables: Readonly<Record<string, string>> = {
  acts: [
    row(['act', 'what', 'by the API, under `/api/v1`']),
    row(['---', '---', '---']),
    ...Object.entries(acts).map(([act, what]) => row([`\`${act}\``, what, routesOf(act as ActName)])),
  ].join('\n'),
};
