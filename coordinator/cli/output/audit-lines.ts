/** Entries of the audit log as lines of a terminal: what was done, and below it how that was before. Pure. */
import type { AuditEntry, AuditValues } from '#shared/audit.ts';
import { auditTexts as texts } from '../audit-texts.ts';
import { ageText } from './age.ts';
import { type Cell, table } from './table.ts';
import type { Colors } from './terminal.ts';
import { clip, plain } from './text-width.ts';

const columns = [
  { align: 'right' },
  {},
  {},
  { gives: true },
  { gives: true },
  {},
  { align: 'right' },
] as const;

export function auditLines(
  entries: readonly AuditEntry[],
  colors: Colors,
  width: number,
  now: number,
): string[] {
  const rows = entries.map((entry): Cell[] => [
    { text: String(entry.seq), paint: colors.dim },
    markOf(entry, colors),
    { text: entry.act, paint: colors.bold },
    entry.subject,
    entry.actor.name,
    { text: texts.ways[entry.way], paint: colors.dim },
    { text: ageText(now - entry.at), paint: colors.dim },
  ]);
  const lines = table(rows, columns, width);
  return entries.flatMap((entry, n) => [lines[n] ?? '', ...detailOf(entry, colors, width)]);
}

function markOf({ outcome }: AuditEntry, colors: Colors): Cell {
  if (outcome === 'done') return { text: '✓', paint: colors.green };
  return { text: '✕', paint: outcome === 'refused' ? colors.yellow : colors.red };
}

const indent = '    ';

function detailOf({ before, after, code }: AuditEntry, colors: Colors, width: number): string[] {
  const text = code ?? (before || after ? texts.change(valuesText(before), valuesText(after)) : null);
  return text === null ? [] : [colors.dim(`${indent}${clip(plain(text), width - indent.length)}`)];
}

/** `role viewer, days 30` */
function valuesText(values: AuditValues | null): string {
  const parts = Object.entries(values ?? {}).map(
    ([key, value]) => `${key} ${typeof value === 'string' ? value || '""' : JSON.stringify(value)}`,
  );
  return parts.join(', ') || texts.nothing;
}
