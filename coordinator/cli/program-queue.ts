/** `paddock queue`: its arguments, its help, and where it is. */
import type { Command } from 'commander';
import { helpTexts } from './help-texts.ts';
import { type Answer, described, wholeNumber } from './program-verbs.ts';
import { queueTexts } from './queue-texts.ts';
import type { QueueOptions } from './verbs/queue.ts';

export function addQueue(program: Command, answer: Answer): void {
  const { help } = queueTexts;
  described(program.command('queue'), help)
    .option('--repository <name>', help.repository)
    .option('--image <image>', help.image)
    .option('--max <number>', help.max, wholeNumber)
    .option('--json', helpTexts.json)
    .action((options: QueueOptions) =>
      answer(async context => (await import('./verbs/queue.ts')).queue(context, options)),
    );
}
