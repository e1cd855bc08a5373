import { type DeliveryView, deliveryPage } from '#shared/api.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { ageText } from '../output/age.ts';
import { type Cell, table } from '../output/table.ts';
import type { Colors } from '../output/terminal.ts';
import { texts } from '../texts.ts';

export type DeliveriesOptions = { limit: number; json?: boolean };

/** The newest webhooks and what became of each. */
export async function deliveries(context: Context, options: DeliveriesOptions): Promise<ExitCode> {
  const { terminal } = context;
  const client = await clientFor(context);
  const found = await client.get(`/api/v1/deliveries?max=${options.limit}`, deliveryPage);
  if (options.json) printJson(context, found);
  else if (found.items.length === 0) terminal.note(texts.noDeliveries);
  else
    for (const line of deliveriesTable(found.items, terminal.colors, terminal.columns, Date.now()))
      terminal.line(line);
  return exitCodes.ok;
}

const columns = [{}, {}, {}, { gives: true }, { align: 'right' }] as const;

export function deliveriesTable(
  items: readonly DeliveryView[],
  colors: Colors,
  width: number,
  now: number,
): string[] {
  const rows = items.map((delivery): Cell[] => [
    verdictCell(delivery.verdict, colors),
    delivery.event,
    delivery.repository ?? '',
    delivery.note ?? delivery.verdict ?? texts.beingHandled,
    { text: ageText(now - delivery.receivedAt), paint: colors.dim },
  ]);
  return table(rows, columns, width);
}

function verdictCell(verdict: DeliveryView['verdict'], colors: Colors): Cell {
  switch (verdict) {
    case 'acted-on':
      return { text: '✓', paint: colors.green };
    case 'failed':
    case 'malformed':
      return { text: '✕', paint: colors.red };
    case null:
      return { text: '○', paint: colors.dim };
    default:
      return { text: '–', paint: colors.dim };
  }
}
