/** `paddock secret` and its verbs. A value is never an argument: a list of processes shows those to everybody. */
import { type Command, InvalidArgumentError } from 'commander';
import { labels } from '#shared/host-traits.ts';
import { imagePattern } from '#shared/secrets.ts';
import { helpTexts } from './help-texts.ts';
import { type Answer, defaultItems, described, wholeNumber } from './program-verbs.ts';
import { secretHelp as help, secretTexts } from './secret-texts.ts';
import type { LogOptions, PlaceOptions, SetOptions } from './verbs/secret.ts';

type Json = { json?: boolean };

export function addSecret(program: Command, answer: Answer): void {
  const secret = described(program.command('secret'), help.secret);
  const verbs = () => import('./verbs/secret.ts');
  const onPlace = (name: 'set' | 'show' | 'remove') =>
    described(secret.command(name), help[name])
      .argument('<name>', help.name)
      .requiredOption('--repository <name>', help.repository)
      .option('--on-merge', help.onMerge)
      .option('--json', helpTexts.json);
  onPlace('set')
    .option('--image <image>', help.image, collectPatterns)
    .option('--label <name=value>', help.label, collectLabels)
    .option('--file', help.file)
    .action((name: string, options: SetOptions) =>
      answer(async context => (await verbs()).setSecret(context, name, options)),
    );
  described(secret.command('list'), help.list)
    .option('--json', helpTexts.json)
    .action((options: Json) => answer(async context => (await verbs()).listSecrets(context, options)));
  onPlace('show').action((name: string, options: PlaceOptions) =>
    answer(async context => (await verbs()).showSecret(context, name, options)),
  );
  onPlace('remove').action((name: string, options: PlaceOptions) =>
    answer(async context => (await verbs()).removeSecret(context, name, options)),
  );
  described(secret.command('log'), help.log)
    .option('--repository <name>', help.log.repository)
    .option('--name <name>', help.log.name)
    .option('--limit <number>', helpTexts.limit, wholeNumber, defaultItems)
    .option('--json', helpTexts.json)
    .action((options: LogOptions) => answer(async context => (await verbs()).showLog(context, options)));
  described(secret.command('rotate-key'), help.rotate)
    .option('--json', helpTexts.json)
    .action((options: Json) => answer(async context => (await verbs()).rotateKey(context, options)));
}

function collectPatterns(text: string, before: string[] = []): string[] {
  if (!imagePattern.safeParse(text).success) throw new InvalidArgumentError(secretTexts.badImage);
  return [...before, text];
}

function collectLabels(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name = '', value = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const parsed = labels.safeParse({ ...before, [name]: value });
  if (!parsed.success) throw new InvalidArgumentError(secretTexts.badLabel);
  return { ...parsed.data };
}
