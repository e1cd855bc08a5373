/** One call of `paddock`: parse, dispatch, and whatever goes wrong becomes a sentence with what to try. */
import { CommanderError } from 'commander';
import { CliError } from './errors.ts';
import { exitCodes } from './exit-code.ts';
import { createTerminal, type Output, type Terminal } from './output/terminal.ts';
import { createProgram } from './program.ts';
import { texts } from './texts.ts';

export type Surroundings = {
  stdout: Output;
  stderr: Output;
  environment: NodeJS.ProcessEnv;
  directory: string;
  version: string;
};

/** @returns the exit code */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { environment, directory, version } = surroundings;
  const terminal = createTerminal(surroundings.stdout, surroundings.stderr, environment);
  let code: number = exitCodes.other;
  const onExit = (answer: number) => {
    code = answer;
  };
  try {
    const program = createProgram({ version, context: { terminal, environment, directory }, onExit });
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync(args, { from: 'user' });
    await terminal.flush();
    return code;
  } catch (error) {
    return report(error, args, terminal);
  }
}

/** The last line is the next thing to try. */
function report(error: unknown, args: readonly string[], terminal: Terminal): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
  if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.other;
  const { message, hint } = inWords(error, args);
  terminal.say(`✕ ${message}`, line => line.replace(/^✕/, terminal.noteColors.red));
  if (hint !== null) terminal.hint(hint);
  return exitCodes.other;
}

function inWords(error: unknown, args: readonly string[]): { message: string; hint: string | null } {
  if (error instanceof CliError) return error;
  if (error instanceof CommanderError) {
    const isKnown = error.code !== 'commander.unknownCommand';
    const verb = (isKnown && args.find(arg => !arg.startsWith('-'))) || '';
    return { message: error.message.replace(/^error: /, ''), hint: texts.hints.help(verb) };
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `${texts.unforeseen}\n${trace}`, hint: null };
}
