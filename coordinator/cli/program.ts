/** The command `paddock` as commander knows it. */
import { Command } from 'commander';
import type { Context } from './context.ts';
import { helpTexts } from './help-texts.ts';
import { addAudit } from './program-audit.ts';
import { addCompletion } from './program-completion.ts';
import { addCredentials } from './program-credentials.ts';
import { addHost, addMachine, addPool, addSimulate } from './program-fleet.ts';
import { addGithub } from './program-github.ts';
import { addImage } from './program-image.ts';
import { addPeople, addSessions, addToken } from './program-people.ts';
import { addQueue } from './program-queue.ts';
import { addBadge, addRuns } from './program-runs.ts';
import { addSecret } from './program-secret.ts';
import { addTls } from './program-tls.ts';
import {
  type Answer,
  addApprove,
  addCaches,
  addCancel,
  addDeliveries,
  addDemo,
  addDoctor,
  addEvents,
  addLogs,
  addMerge,
  addMergeQueue,
  addOpen,
  addRerun,
  addRun,
  addShow,
  addStatus,
  addTests,
  addUp,
  addWatch,
} from './program-verbs.ts';

export type ProgramParts = {
  version: string;
  context: Omit<Context, 'address'>;
  /** What the verb answered. */
  onExit(code: number): void;
};

type AddVerb = (program: Command, answer: Answer) => void;

const groups: [heading: string, verbs: AddVerb[]][] = [
  [helpTexts.groups.test, [addRun]],
  [
    helpTexts.groups.look,
    [
      addLogs,
      addRuns,
      addShow,
      addTests,
      addWatch,
      addEvents,
      addCancel,
      addRerun,
      addApprove,
      addMerge,
      addMergeQueue,
      addCaches,
      addSecret,
      addQueue,
      addStatus,
      addDeliveries,
      addBadge,
      addOpen,
    ],
  ],
  [helpTexts.groups.people, [addPeople, addToken, addSessions, addAudit, addCredentials]],
  [helpTexts.groups.fleet, [addImage, addHost, addPool, addMachine, addSimulate]],
  [helpTexts.groups.here, [addUp, addDemo, addDoctor, addTls, addGithub, addCompletion]],
];

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
  for (const [heading, verbs] of groups) {
    program.commandsGroup(heading);
    for (const add of verbs) add(program, answer);
  }
  return program;
}
