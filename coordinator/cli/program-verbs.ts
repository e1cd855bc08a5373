/**
 * Every verb of `paddock`: its arguments, its help, and where it is. A verb is loaded when it is called, so that help and
 * the quick ones stay quick.
 */
import { type Command, InvalidArgumentError } from 'commander';
import type { Context } from './context.ts';
import { helpTexts } from './help-texts.ts';
import { texts } from './texts.ts';
import type { CachesOptions } from './verbs/caches.ts';
import type { DeliveriesOptions } from './verbs/deliveries.ts';
import type { DoctorOptions } from './verbs/doctor.ts';
import type { UpOptions } from './verbs/local.ts';
import type { LogsOptions } from './verbs/logs.ts';
import type { MergeOptions } from './verbs/merge.ts';
import type { OpenOptions } from './verbs/open.ts';
import type { RunOptions } from './verbs/run.ts';

/** Runs a verb with the context in which the command was given. */
export type Answer = (verb: (context: Context) => Promise<number>) => Promise<void>;

export const defaultItems = 20;

export function addRun(program: Command, answer: Answer): void {
  const text = helpTexts.run;
  described(program.command('run'), text)
    .argument('[path-or-url]', text.target, '.')
    .option('--commit <commit>', text.commit)
    .option('--image <image>', text.image, collectImages)
    .option('--command <command>', text.command)
    .option('--json', text.json)
    .option('-q, --quiet', text.quiet)
    .action((target: string, options: RunOptions) =>
      answer(async context => (await import('./verbs/run.ts')).run(context, target, options)),
    );
}

export function addLogs(program: Command, answer: Answer): void {
  const text = helpTexts.logs;
  described(program.command('logs'), text)
    .argument('<job-or-attempt>', text.target)
    .option('-f, --follow', text.follow)
    .option('--step <number>', text.step, wholeNumber)
    .option('--attempt <number>', text.attempt, wholeNumber)
    .option('-t, --timestamps', text.timestamps)
    .option('--json', text.json)
    .action((id: string, options: LogsOptions) =>
      answer(async context => (await import('./verbs/logs.ts')).logs(context, id, options)),
    );
}

export function addShow(program: Command, answer: Answer): void {
  const text = helpTexts.show;
  described(program.command('show'), text)
    .argument('<run-or-job>', text.target)
    .option('--json', helpTexts.json)
    .action((id: string, options: { json?: boolean }) =>
      answer(async context => (await import('./verbs/show.ts')).show(context, id, options)),
    );
}

export function addWatch(program: Command, answer: Answer): void {
  const text = helpTexts.watch;
  described(program.command('watch'), text)
    .argument('<run>', text.target)
    .action((id: string) =>
      answer(async context => (await import('./verbs/watch.ts')).watchRun(context, id)),
    );
}

export function addTests(program: Command, answer: Answer): void {
  const text = helpTexts.tests;
  described(program.command('tests'), text)
    .argument('<run-or-job>', text.target)
    .option('--json', helpTexts.json)
    .action((id: string, options: { json?: boolean }) =>
      answer(async context => (await import('./verbs/tests.ts')).tests(context, id, options)),
    );
}

export function addEvents(program: Command, answer: Answer): void {
  const text = helpTexts.events;
  described(program.command('events'), text)
    .argument('<job>', text.target)
    .option('--json', helpTexts.json)
    .action((id: string, options: { json?: boolean }) =>
      answer(async context => (await import('./verbs/events.ts')).events(context, id, options)),
    );
}

export function addCancel(program: Command, answer: Answer): void {
  const text = helpTexts.cancel;
  described(program.command('cancel'), text)
    .argument('<run-or-job>', text.target)
    .action((id: string) => answer(async context => (await import('./verbs/change.ts')).cancel(context, id)));
}

export function addRerun(program: Command, answer: Answer): void {
  const text = helpTexts.rerun;
  described(program.command('rerun'), text)
    .argument('<run-or-job>', text.target)
    .action((id: string) => answer(async context => (await import('./verbs/change.ts')).rerun(context, id)));
}

export function addApprove(program: Command, answer: Answer): void {
  const text = helpTexts.approve;
  described(program.command('approve'), text)
    .argument('<run-or-commit>', text.target)
    .action((name: string) =>
      answer(async context => (await import('./verbs/approve.ts')).approve(context, name)),
    );
}

export function addMerge(program: Command, answer: Answer): void {
  const text = helpTexts.merge;
  described(program.command('merge'), text)
    .argument('<pull-request>', text.target)
    .option('--priority <number>', text.priority, wholeNumber)
    .option('--withdraw', text.withdraw)
    .action((name: string, options: MergeOptions) =>
      answer(async context => (await import('./verbs/merge.ts')).merge(context, name, options)),
    );
}

export function addMergeQueue(program: Command, answer: Answer): void {
  described(program.command('merge-queue'), helpTexts.mergeQueue)
    .option('--json', helpTexts.json)
    .action((options: { json?: boolean }) =>
      answer(async context => (await import('./verbs/merge.ts')).showMerging(context, options)),
    );
}

export function addCaches(program: Command, answer: Answer): void {
  const text = helpTexts.caches;
  described(program.command('caches'), text)
    .argument('[repository]', text.target)
    .option('--image <image>', text.image)
    .option('--prefix <prefix>', text.prefix)
    .option('--drop', text.drop)
    .option('--json', helpTexts.json)
    .action((repository: string | undefined, options: CachesOptions) =>
      answer(async context => (await import('./verbs/caches.ts')).caches(context, repository, options)),
    );
}

export function addStatus(program: Command, answer: Answer): void {
  described(program.command('status'), helpTexts.status)
    .option('--json', helpTexts.json)
    .action((options: { json?: boolean }) =>
      answer(async context => (await import('./verbs/status.ts')).status(context, options)),
    );
}

export function addDeliveries(program: Command, answer: Answer): void {
  described(program.command('deliveries'), helpTexts.deliveries)
    .option('--limit <number>', helpTexts.limit, wholeNumber, defaultItems)
    .option('--json', helpTexts.json)
    .action((options: DeliveriesOptions) =>
      answer(async context => (await import('./verbs/deliveries.ts')).deliveries(context, options)),
    );
}

export function addOpen(program: Command, answer: Answer): void {
  const text = helpTexts.open;
  described(program.command('open'), text)
    .option('--print', text.print)
    .option('--json', helpTexts.json)
    .action((options: OpenOptions) =>
      answer(async context => (await import('./verbs/open.ts')).open(context, options)),
    );
}

export function addUp(program: Command, answer: Answer): void {
  described(program.command('up'), helpTexts.up)
    .option('--config <file>', helpTexts.config)
    .option('--plain-text-on-public-addresses', helpTexts.up.plainText)
    .action((options: UpOptions) =>
      answer(async context => (await import('./verbs/local.ts')).up(context, options)),
    );
}

export function addDemo(program: Command, answer: Answer): void {
  const text = helpTexts.demo;
  described(program.command('demo'), text)
    .option('--once', text.once)
    .action((options: { once?: boolean }) =>
      answer(async context => (await import('./verbs/local.ts')).demo(context, options)),
    );
}

export function addDoctor(program: Command, answer: Answer): void {
  described(program.command('doctor'), helpTexts.doctor)
    .option('--config <file>', helpTexts.config)
    .option('--bundle [file]', helpTexts.doctor.bundle)
    .option('--include-names', helpTexts.doctor.names)
    .option('--json', helpTexts.json)
    .action((options: DoctorOptions) =>
      answer(async context => (await import('./verbs/doctor.ts')).doctor(context, options)),
    );
}

type HelpOfVerb = { summary: string; text?: string; after?: string };

export const described = (verb: Command, { summary, text = summary, after = '' }: HelpOfVerb): Command =>
  verb.summary(summary).description(text).addHelpText('after', after);

/** Names of images; the same one twice counts once. */
function collectImages(text: string, before: string[] = []): string[] {
  if (!/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/.test(text)) throw new InvalidArgumentError(texts.badImage);
  return [...new Set([...before, text])];
}

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError(texts.badNumber);
  return Number(text);
}
