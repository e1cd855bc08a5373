/** The verbs that look for runs, and the badge that says how they stand. */
import type { Command } from 'commander';
import { helpTexts } from './help-texts.ts';
import { type Answer, defaultItems, described, wholeNumber } from './program-verbs.ts';
import type { BadgeOptions } from './verbs/badge.ts';
import type { RunsOptions } from './verbs/runs.ts';

export function addRuns(program: Command, answer: Answer): void {
  const text = helpTexts.runs;
  described(program.command('runs'), text)
    .option('--repository <name>', text.repository)
    .option('--author <login>', text.author)
    .option('--branch <name>', text.branch)
    .option('--pull <number>', text.pull, wholeNumber)
    .option('--image <name>', text.image)
    .option('--outcome <outcome>', text.outcome)
    .option('--failed', text.failed)
    .option('--test <name>', text.test)
    .option('--text <words>', text.words)
    .option('--since <time>', text.since)
    .option('--until <time>', text.until)
    .option('--limit <number>', helpTexts.limit, wholeNumber, defaultItems)
    .option('--before <run>', text.before)
    .option('--json', helpTexts.json)
    .action((options: RunsOptions) =>
      answer(async context => (await import('./verbs/runs.ts')).runs(context, options)),
    );
}

export function addBadge(program: Command, answer: Answer): void {
  const text = helpTexts.badge;
  described(program.command('badge'), text)
    .argument('<repository>', text.target)
    .option('--branch <name>', text.branch)
    .option('--image <name>', text.image)
    .option('--suite <name>', text.suite)
    .option('--json', helpTexts.json)
    .action((repository: string, options: BadgeOptions) =>
      answer(async context => (await import('./verbs/badge.ts')).badge(context, repository, options)),
    );
}
