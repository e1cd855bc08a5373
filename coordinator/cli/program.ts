/**
 * The verbs of `paddock`, their arguments and their help. Every verb is loaded when it is called, so that help and the
 * quick ones stay quick.
 */
import { Command, InvalidArgumentError } from 'commander';
import type { Context } from './context.ts';
import { helpTexts } from './help-texts.ts';
import { texts } from './texts.ts';
import type { DeliveriesOptions } from './verbs/deliveries.ts';
import type { DoctorOptions } from './verbs/doctor.ts';
import type { LogsOptions } from './verbs/logs.ts';
import type { OpenOptions } from './verbs/open.ts';
import type { RunOptions } from './verbs/run.ts';
import type { RunsOptions } from './verbs/runs.ts';

export type ProgramParts = {
  version: string;
  context: Omit<Context, 'address'>;
  /** What the verb answered. */
  onExit(code: number): void;
};

/** Runs a verb with the context in which the command was given. */
type Answer = (verb: (context: Context) => Promise<number>) => Promise<void>;

const defaultItems = 20;

/** Parsing throws commander's `CommanderError`; a verb throws what it throws. */
export function createProgram({ version, context, onExit }: ProgramParts): Command {
  const program = new Command('paddock');
  program
    .description(helpTexts.program)
    .version(version, '-V, --version', helpTexts.version)
    .helpOption('-h, --help', helpTexts.help)
    .usage(helpTexts.usage)
    .addHelpCommand(
      new Command('help')
        .argument('[verb]')
        .summary(helpTexts.helpOfVerb)
        .description(helpTexts.helpOfVerb)
        .helpGroup(helpTexts.groups.look),
    )
    .option('--coordinator <url>', helpTexts.coordinator)
    .option('--token-file <file>', helpTexts.tokenFile)
    .configureHelp({ showGlobalOptions: true, styleTitle: context.terminal.colors.bold })
    .addHelpText('after', helpTexts.afterProgram)
    .configureOutput({
      writeOut: text => context.terminal.line(text.replace(/\n$/, '')),
      writeErr: text => context.terminal.note(text.replace(/\n$/, '')),
      // What is wrong is said at the end, like any other error.
      outputError: () => {},
    })
    .exitOverride();
  const answer: Answer = async verb => {
    const address = program.opts<Context['address']>();
    onExit(await verb({ ...context, address }));
  };
  addTestingVerbs(program.commandsGroup(helpTexts.groups.test), answer);
  addLookingVerbs(program.commandsGroup(helpTexts.groups.look), answer);
  addLocalVerbs(program.commandsGroup(helpTexts.groups.here), answer);
  return program;
}

function addTestingVerbs(program: Command, answer: Answer): void {
  const text = helpTexts.run;
  program
    .command('run')
    .summary(text.summary)
    .description(text.text)
    .argument('[path-or-url]', text.target, '.')
    .option('--commit <commit>', text.commit)
    .option('--image <image>', text.image, collect)
    .option('--command <command>', text.command)
    .option('--json', text.json)
    .option('-q, --quiet', text.quiet)
    .addHelpText('after', text.after)
    .action((target: string, options: RunOptions) =>
      answer(async context => (await import('./verbs/run.ts')).run(context, target, options)),
    );
}

function addLookingVerbs(program: Command, answer: Answer): void {
  addLogs(program, answer);
  program
    .command('runs')
    .summary(helpTexts.runs.summary)
    .description(helpTexts.runs.summary)
    .option('--repository <name>', helpTexts.runs.repository)
    .option('--max <number>', helpTexts.max, wholeNumber, defaultItems)
    .option('--before <run>', helpTexts.runs.before)
    .option('--json', helpTexts.json)
    .addHelpText('after', helpTexts.runs.after)
    .action((options: RunsOptions) =>
      answer(async context => (await import('./verbs/runs.ts')).runs(context, options)),
    );
  program
    .command('show')
    .summary(helpTexts.show.summary)
    .description(helpTexts.show.summary)
    .argument('<run-or-job>', helpTexts.show.target)
    .option('--json', helpTexts.json)
    .addHelpText('after', helpTexts.show.after)
    .action((id: string, options: { json?: boolean }) =>
      answer(async context => (await import('./verbs/show.ts')).show(context, id, options)),
    );
  for (const verb of ['cancel', 'rerun'] as const)
    program
      .command(verb)
      .summary(helpTexts[verb].summary)
      .description(helpTexts[verb].summary)
      .argument('<run-or-job>', helpTexts[verb].target)
      .addHelpText('after', helpTexts[verb].after)
      .action((id: string) =>
        answer(async context => (await import('./verbs/change.ts'))[verb](context, id)),
      );
  program
    .command('status')
    .summary(helpTexts.status.summary)
    .description(helpTexts.status.summary)
    .option('--json', helpTexts.json)
    .action((options: { json?: boolean }) =>
      answer(async context => (await import('./verbs/status.ts')).status(context, options)),
    );
  program
    .command('deliveries')
    .summary(helpTexts.deliveries.summary)
    .description(helpTexts.deliveries.summary)
    .option('--max <number>', helpTexts.max, wholeNumber, defaultItems)
    .option('--json', helpTexts.json)
    .action((options: DeliveriesOptions) =>
      answer(async context => (await import('./verbs/deliveries.ts')).deliveries(context, options)),
    );
  program
    .command('open')
    .summary(helpTexts.open.summary)
    .description(helpTexts.open.summary)
    .option('--print', helpTexts.open.print)
    .option('--json', helpTexts.json)
    .action((options: OpenOptions) =>
      answer(async context => (await import('./verbs/open.ts')).open(context, options)),
    );
}

function addLogs(program: Command, answer: Answer): void {
  const text = helpTexts.logs;
  program
    .command('logs')
    .summary(text.summary)
    .description(text.text)
    .argument('<job-or-attempt>', text.target)
    .option('-f, --follow', text.follow)
    .option('--step <number>', text.step, wholeNumber)
    .option('--attempt <number>', text.attempt, wholeNumber)
    .option('--json', text.json)
    .addHelpText('after', text.after)
    .action((id: string, options: LogsOptions) =>
      answer(async context => (await import('./verbs/logs.ts')).logs(context, id, options)),
    );
}

function addLocalVerbs(program: Command, answer: Answer): void {
  program
    .command('up')
    .summary(helpTexts.up.summary)
    .description(helpTexts.up.text)
    .option('--config <file>', helpTexts.config)
    .action((options: { config?: string }) =>
      answer(async context => (await import('./verbs/local.ts')).up(context, options)),
    );
  program
    .command('demo')
    .summary(helpTexts.demo.summary)
    .description(helpTexts.demo.text)
    .option('--once', helpTexts.demo.once)
    .action((options: { once?: boolean }) =>
      answer(async context => (await import('./verbs/local.ts')).demo(context, options)),
    );
  program
    .command('doctor')
    .summary(helpTexts.doctor.summary)
    .description(helpTexts.doctor.text)
    .option('--config <file>', helpTexts.config)
    .option('--json', helpTexts.json)
    .action((options: DoctorOptions) =>
      answer(async context => (await import('./verbs/doctor.ts')).doctor(context, options)),
    );
}

/** Names of images; the same one twice counts once. */
function collect(text: string, before: string[] = []): string[] {
  if (!/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/.test(text)) throw new InvalidArgumentError(texts.badImage);
  return [...new Set([...before, text])];
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError(texts.badNumber);
  return Number(text);
}
