/** `paddock completion`: the program as a shell has to know it. */
import { Argument, type Command } from 'commander';
import { type Completed, completionScript, type Shell, shells } from './completion.ts';
import { exitCodes } from './exit-code.ts';
import { helpTexts } from './help-texts.ts';
import { type Answer, described } from './program-verbs.ts';

export function addCompletion(program: Command, answer: Answer): void {
  const text = helpTexts.completion;
  described(program.command('completion'), text)
    .addArgument(new Argument('<shell>', text.target).choices(shells))
    .action((shell: Shell) =>
      answer(async ({ terminal }) => {
        terminal.line(completionScript(shell, program.commands.map(completed)).trimEnd());
        return exitCodes.ok;
      }),
    );
}

const completed = (verb: Command): Completed => ({
  name: verb.name(),
  summary: verb.summary(),
  verbs: verb.commands.map(each => each.name()),
  options: optionsOf([verb, ...verb.commands]),
});

/** Each once, by whichever of them has it. */
const optionsOf = (verbs: readonly Command[]): Completed['options'] => [
  ...new Map(
    verbs
      .flatMap(({ options }) => options)
      .flatMap(({ long, description }) => (long ? [[long, { flag: long, summary: description }]] : [])),
  ).values(),
];
