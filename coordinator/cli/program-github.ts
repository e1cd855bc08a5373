/** The verbs of `paddock github`: their arguments, their help, and where they are. */
import { type Command, InvalidArgumentError } from 'commander';
import { githubHelpTexts as help } from './github-help-texts.ts';
import { githubTexts as texts } from './github-texts.ts';
import { helpTexts } from './help-texts.ts';
import { type Answer, described } from './program-verbs.ts';
import type { CheckOptions, RotateOptions } from './verbs/github.ts';
import type { GithubSetUpOptions } from './verbs/github-wish.ts';

export function addGithub(program: Command, answer: Answer): void {
  const github = described(program.command('github'), help.github);
  const verbs = () => import('./verbs/github.ts');
  described(github.command('setup'), help.setup)
    .option('--organization <login>', help.organization)
    .option('--own-account', help.ownAccount)
    .option('--name <name>', help.name)
    .option('--url <address>', help.url)
    .option('--no-webhook', help.noWebhook)
    .option('--ghe <address>', help.ghe)
    .option('--directory <directory>', help.directory)
    .option('--config <file>', helpTexts.config)
    .option('--write', help.write)
    .option('--replace', help.replace)
    .option('--port <number>', help.port, port, 0)
    .option('--code <code>', help.code)
    .option('--no-browser', help.noBrowser)
    .option('--no-wait', help.noWait)
    .option('--json', helpTexts.json)
    .action((options: GithubSetUpOptions) =>
      answer(async context => (await import('./verbs/github-setup.ts')).setUpGithub(context, options)),
    );
  described(github.command('check'), help.check)
    .option('--config <file>', helpTexts.config)
    .option('--no-ping', help.noPing)
    .option('--json', helpTexts.json)
    .action((options: CheckOptions) =>
      answer(async context => (await verbs()).checkGithub(context, options)),
    );
  described(github.command('rotate-secret'), help.rotate)
    .option('--config <file>', helpTexts.config)
    .option('--write', help.write)
    .option('--json', helpTexts.json)
    .action((options: RotateOptions) =>
      answer(async context => (await verbs()).rotateSecret(context, options)),
    );
  described(github.command('capabilities'), help.capabilities)
    .option('--json', helpTexts.json)
    .action((options: { json?: boolean }) =>
      answer(async context => (await verbs()).showCapabilities(context, options)),
    );
}

function port(text: string): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number > 65_535) throw new InvalidArgumentError(texts.badPort);
  return number;
}
