/** `paddock credentials`. */
import type { Command } from 'commander';
import { credentialHelp as help } from './credential-texts.ts';
import { helpTexts } from './help-texts.ts';
import { type Answer, described } from './program-verbs.ts';
import type { CredentialOptions } from './verbs/credentials.ts';

export function addCredentials(program: Command, answer: Answer): void {
  described(program.command('credentials'), help)
    .option('--long', help.long)
    .option('--json', helpTexts.json)
    .action((options: CredentialOptions) =>
      answer(async context => (await import('./verbs/credentials.ts')).listCredentials(context, options)),
    );
}
