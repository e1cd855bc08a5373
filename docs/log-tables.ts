/** The table of the fields of log lines, in Markdown, from the catalogue. */
import { logFields } from '#shared/log-fields.ts';

export const logTables: Readonly<Record<string, string>> = {
  'fields-of-the-log': [
    '| field | what it is |',
    '| --- | --- |',
    ...Object.entries(logFields).map(([field, what]) => `| \`${field}\` | ${what} |`),
  ].join('\n'),
};
