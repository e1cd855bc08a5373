/** What the demonstration says in the terminal. No line but one with an address is wider than `width`. */
import type picocolors from 'picocolors';
import { cut } from '#shared/words.ts';
import type { Tell } from './chapter.ts';
import type { StatusState } from './github-stand-in/records.ts';
import type { Proof } from './proof.ts';
import type { Stage } from './stage.ts';
import { guideOf } from './tour/guide.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;
type Voice = { print(line: string): void; colors: Colors };

const width = 100;

const shapes: Record<StatusState, string> = { pending: '●', success: '✓', failure: '✕', error: '⚡' };

/** Colour repeats the shape, as everywhere. */
const paintOf = (colors: Colors): Record<StatusState, (text: string) => string> => ({
  pending: colors.blue,
  success: colors.green,
  failure: colors.red,
  error: colors.magenta,
});

export function sayHello({ print }: Voice): void {
  print('Paddock starts: a coordinator, nats-server, a host agent and a stand-in for GitHub, all on');
  print('this computer. The `process` driver runs suites as ordinary processes: it isolates nothing.');
  print('The suites here are harmless.');
}

/** Chapters and statuses as they come. */
export const teller = ({ print, colors }: Voice): Tell => ({
  chapter: title => print(`\n${colors.bold(title)}`),
  status({ state, context, description }) {
    const start = `  ${shapes[state]} ${context.padEnd(26)} `;
    const shape = paintOf(colors)[state](shapes[state]);
    const [first = '', ...more] = wrapped(description ?? '', width - start.length);
    print(start.replace(shapes[state], shape) + first);
    for (const line of more) print(' '.repeat(start.length) + line);
  },
});

/** Lines of whole words; a word that is wider stands alone. */
function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && longer.length <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

export function sayProof({ print, colors }: Voice, { findings, runs }: Proof): void {
  print(`\n${colors.bold('Is all of it true?')}`);
  for (const { what, isRight, detail } of findings) {
    const shape = isRight ? colors.green('✓') : colors.red('✕');
    print(`  ${shape} ${what.padEnd(42)} ${cut(detail, width - 47)}`);
  }
  print('');
  const titleWidth = Math.max(...runs.map(({ title }) => title.length));
  for (const { number, standing, title, url } of runs.toReversed())
    print(`  #${number} ${standing.padEnd(8)} ${title.padEnd(titleWidth)}  ${url}`);
}

/** What to do next, in the words of the page. */
export function sayGuide({ print, colors }: Voice, { occasion }: Stage, pullUrl: string): void {
  print(
    `\n${colors.bold('Now you')}: open the first link. The page leads on, and what you press is told here.\n`,
  );
  print(`  ${'Pull request'.padEnd(14)} ${colors.cyan(pullUrl)}`);
  print(`  ${'Sign in, once'.padEnd(14)} ${colors.cyan(occasion.coordinator.makeSignInLink().url)}\n`);
  for (const [index, { title, detail, command }] of guideOf(new Set()).entries()) {
    print(`  ${colors.bold(`${index + 1}`)}  ${title}`);
    print(`     ${colors.dim(detail)}`);
    if (command) print(`     ${command}`);
  }
  print(`\n${colors.bold('In another terminal')}, in this checkout: paste the first two lines, once.\n`);
  print(`export PADDOCK_URL=${occasion.url}`);
  print(`export PADDOCK_TOKEN_FILE=${occasion.tokenFile}`);
  for (const [command, what] of commands) print(`${command.padEnd(22)} ${colors.dim(`# ${what}`)}`);
  print('\nCtrl-C ends it and leaves nothing behind.');
}

const commands = [
  ['npx paddock runs', 'the newest runs'],
  ['npx paddock status', 'hosts, images and what waits'],
  ['npx paddock deliveries', 'the webhooks, and what became of each'],
] as const;
