/** `paddock events`: the life of a job from the event log, with the machines that ran it. */
import * as z from 'zod';
import { type EventView, eventView } from '#shared/api.ts';
import { durationText } from '#shared/quantity-text.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { type Cell, table } from '../output/table.ts';
import type { Colors } from '../output/terminal.ts';
import { resolveReference } from '../reference.ts';
import { texts } from '../texts.ts';

export async function events(context: Context, text: string, options: { json?: boolean }): Promise<ExitCode> {
  const { terminal } = context;
  const client = await clientFor(context);
  const { id } = await resolveReference(client, text, ['job']);
  const found = await client.get(`/api/v1/jobs/${id}/events`, z.array(eventView));
  if (options.json) printJson(context, found);
  else if (found.length === 0) terminal.note(texts.noEvents);
  else for (const line of eventsTable(found, terminal.colors, terminal.columns)) terminal.line(line);
  return exitCodes.ok;
}

const columns = [{ align: 'right' }, {}, { gives: true }] as const;

/** Times count from the first event. */
export function eventsTable(items: readonly EventView[], colors: Colors, width: number): string[] {
  const begun = items[0]?.at ?? 0;
  const rows = items.map((event): Cell[] => [
    { text: `+${durationText(event.at - begun)}`, paint: colors.dim },
    event.type,
    { text: factsText(event), paint: colors.dim },
  ]);
  return table(rows, columns, width);
}

/** Whose event it is, then what it says: `attempt_01jd… status=leased`. */
function factsText({ attempt, machine, data = {} }: EventView): string {
  const facts = Object.entries(data).map(
    ([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  );
  return [attempt ?? machine, ...facts].filter(Boolean).join(' ');
}
