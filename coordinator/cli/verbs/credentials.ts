/** `paddock credentials`: what opens something now, who holds it, and until when. */
import { credentialsView, isRootKey } from '#shared/credentials.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { credentialTexts as texts } from '../credential-texts.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { credentialLines } from '../output/credential-lines.ts';

export type CredentialOptions = { long?: boolean; json?: boolean };

export async function listCredentials(context: Context, options: CredentialOptions): Promise<ExitCode> {
  const { terminal } = context;
  const view = await (await clientFor(context)).get('/api/v1/credentials', credentialsView);
  const { credentials, isCut } = view;
  const tooOpen = credentials.flatMap(({ file }) => (file?.isTooOpen ? [file.path] : []));
  if (options.json) printJson(context, view);
  else {
    const { colors, columns } = terminal;
    for (const line of credentialLines(credentials, colors, columns, Date.now(), options.long ?? false))
      terminal.line(line);
    const roots = credentials.filter(({ kind }) => isRootKey(kind));
    terminal.note(terminal.noteColors.dim(texts.count(credentials.length, roots.length)));
    if (isCut) terminal.note(texts.cut);
  }
  const [first] = tooOpen;
  if (first === undefined) return exitCodes.ok;
  terminal.note(terminal.noteColors.red(texts.tooOpen(tooOpen.join(', '))));
  terminal.hint(texts.tooOpenHint(first));
  return exitCodes.failed;
}
