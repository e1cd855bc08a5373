/** The verbs of `paddock tls`: their arguments, their help, and where they are. */
import type { Command } from 'commander';
import { helpTexts } from './help-texts.ts';
import { type Answer, described } from './program-verbs.ts';
import { tlsHelpTexts as help } from './tls-texts.ts';
import type { InitOptions, TlsOptions, UseOptions } from './verbs/tls.ts';

export function addTls(program: Command, answer: Answer): void {
  const tls = described(program.command('tls'), help.tls);
  const verbs = () => import('./verbs/tls.ts');
  described(tls.command('init'), help.init)
    .option('--name <name>', help.name, (name: string, before: string[] = []) => [...before, name])
    .option('--new-authority', help.newAuthority)
    .option('--config <file>', helpTexts.config)
    .option('--json', helpTexts.json)
    .action((options: InitOptions) => answer(async context => (await verbs()).initTls(context, options)));
  described(tls.command('use'), help.use)
    .option('--cert <file>', help.cert)
    .option('--key <file>', help.key)
    .option('--ca <file>', help.ca)
    .option('--own', help.own)
    .option('--config <file>', helpTexts.config)
    .option('--json', helpTexts.json)
    .action((options: UseOptions) => answer(async context => (await verbs()).useTls(context, options)));
  described(tls.command('show'), help.show)
    .option('--config <file>', helpTexts.config)
    .option('--json', helpTexts.json)
    .action((options: TlsOptions) => answer(async context => (await verbs()).showTls(context, options)));
}
