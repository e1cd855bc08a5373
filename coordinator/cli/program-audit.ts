/** `paddock audit` and its verbs. */
import { type Command, InvalidArgumentError } from 'commander';
import { knownEntry } from '#shared/audit.ts';
import { auditTexts, auditHelp as help } from './audit-texts.ts';
import { helpTexts } from './help-texts.ts';
import { type Answer, defaultItems, described, wholeNumber } from './program-verbs.ts';
import type { AuditOptions, ListOptions, VerifyOptions } from './verbs/audit.ts';

export function addAudit(program: Command, answer: Answer): void {
  const audit = described(program.command('audit'), help.audit);
  const verbs = () => import('./verbs/audit.ts');
  const filtered = (name: 'list' | 'export') =>
    described(audit.command(name), help[name])
      .option('--actor <name>', help.actor)
      .option('--act <act>', help.act)
      .option('--subject <text>', help.subject)
      .option('--repository <name>', help.repository)
      .option('--outcome <outcome>', help.outcome)
      .option('--since <time>', help.since)
      .option('--until <time>', help.until);
  filtered('list')
    .option('--limit <number>', helpTexts.limit, wholeNumber, defaultItems)
    .option('--before <number>', help.before, wholeNumber)
    .option('--json', helpTexts.json)
    .action((options: ListOptions) => answer(async context => (await verbs()).listAudit(context, options)));
  described(audit.command('verify'), help.verify)
    .option('--known <entry>', help.known, knownFrom)
    .option('--json', helpTexts.json)
    .action((options: VerifyOptions) =>
      answer(async context => (await verbs()).verifyAudit(context, options)),
    );
  filtered('export').action((options: AuditOptions) =>
    answer(async context => (await verbs()).exportAudit(context, options)),
  );
}

function knownFrom(text: string): string {
  if (!knownEntry.safeParse(text).success) throw new InvalidArgumentError(auditTexts.badKnown);
  return text;
}
