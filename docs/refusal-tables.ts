/** The tables of refusals.md, in Markdown, from the catalogue. */

import { deliveryRefusals } from '#shared/refusals/deliveries.ts';
import { machineRefusals } from '#shared/refusals/machines.ts';
import { peopleRefusals, troubleRefusals } from '#shared/refusals/people.ts';
import type { Refusal } from '#shared/refusals/refusal.ts';
import { requestRefusals } from '#shared/refusals/requests.ts';
import { workRefusals } from '#shared/refusals/work.ts';
import { refusalDoors } from '#shared/refusals.ts';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const tableOf = (refusals: Readonly<Record<string, Refusal>>): string =>
  [
    row(['code', 'status', 'means', 'what to do']),
    row(['---', '---', '---', '---']),
    ...Object.entries(refusals).map(([code, { status, means, todo }]) =>
      row([`\`${code}\``, status === null ? '' : String(status), means, todo]),
    ),
  ].join('\n');

export const refusalTables: Readonly<Record<string, string>> = {
  'refusals-of-requests': tableOf(requestRefusals),
  'refusals-of-people': tableOf(peopleRefusals),
  'troubles-of-the-coordinator': tableOf(troubleRefusals),
  'refusals-of-machines': tableOf(machineRefusals),
  'refusals-of-webhooks': tableOf(deliveryRefusals),
  'refusals-of-commits': tableOf(workRefusals),
  'doors-of-refusals': [
    row(['door', 'what comes in there']),
    row(['---', '---']),
    ...Object.entries(refusalDoors).map(([door, what]) => row([`\`${door}\``, what])),
  ].join('\n'),
};
