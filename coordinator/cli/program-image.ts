/** The verbs of `paddock image`: their arguments, their help, and where they are. */
import { type Command, InvalidArgumentError } from 'commander';
import { helpTexts } from './help-texts.ts';
import { imageHelpTexts } from './image-help-texts.ts';
import { imageTexts as texts } from './image-texts.ts';
import { type Answer, described } from './program-verbs.ts';
import type { InitOptions } from './verbs/image-init.ts';

const { image: help } = imageHelpTexts;

type Json = { json?: boolean };

export function addImage(program: Command, answer: Answer): void {
  const image = described(program.command('image'), help);
  const verbs = () => import('./verbs/image.ts');
  const adding = () => import('./verbs/image-add.ts');
  described(image.command('init'), help.init)
    .argument('<name>', help.newName)
    .option('--driver <driver>', help.driver)
    .option('--os <os>', help.os)
    .option('--arch <arch>', help.arch)
    .option('--directory <directory>', help.directory, 'images')
    .action((name: string, options: InitOptions) =>
      answer(async context => (await import('./verbs/image-init.ts')).initImage(context, name, options)),
    );
  described(image.command('lint'), help.lint)
    .argument('<folder...>', help.folder)
    .option('--json', helpTexts.json)
    .action((folders: string[], options: Json) =>
      answer(async context => (await import('./verbs/image-lint.ts')).lintImages(context, folders, options)),
    );
  described(image.command('add'), help.add)
    .argument('<folder>', help.folder)
    .option('--detach', help.detach)
    .option('--json', helpTexts.json)
    .action((folder: string, options: Json & { detach?: boolean }) =>
      answer(async context => (await adding()).addImage(context, folder, options)),
    );
  described(image.command('list'), help.list)
    .option('--json', helpTexts.json)
    .action((options: Json) => answer(async context => (await verbs()).listImages(context, options)));
  described(image.command('show'), help.show)
    .argument('<name>', help.name)
    .option('--json', helpTexts.json)
    .action((name: string, options: Json) =>
      answer(async context => (await verbs()).showImage(context, name, options)),
    );
  described(image.command('test'), help.test)
    .argument('<name>', help.name)
    .option('--version <number>', help.version, number)
    .option('--json', helpTexts.json)
    .action((name: string, options: Json & { version?: number }) =>
      answer(async context => (await adding()).testImage(context, name, options)),
    );
  described(image.command('rollback'), help.rollback)
    .argument('<name>', help.name)
    .option('--to <number>', help.version, number)
    .option('--json', helpTexts.json)
    .action((name: string, options: Json & { to?: number }) =>
      answer(async context => (await verbs()).rollBackImage(context, name, options)),
    );
  for (const verb of ['disable', 'enable'] as const)
    described(image.command(verb), help[verb])
      .argument('<name>', help.name)
      .option('--json', helpTexts.json)
      .action((name: string, options: Json) =>
        answer(async context => (await verbs()).disableImage(context, name, verb, options)),
      );
  described(image.command('remove'), help.remove)
    .argument('<name>', help.name)
    .option('--json', helpTexts.json)
    .action((name: string, options: Json) =>
      answer(async context => (await verbs()).removeImage(context, name, options)),
    );
}

function number(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError(texts.badNumber);
  return Number(text);
}
