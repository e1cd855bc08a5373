/** Credentials as lines of a terminal. Pure. */
import type { CredentialView } from '#shared/credentials.ts';
import { credentialTexts as texts } from '../credential-texts.ts';
import { ageText } from './age.ts';
import { type Cell, table } from './table.ts';
import type { Colors } from './terminal.ts';
import { clip, plain } from './text-width.ts';

const columns = [{}, { gives: true }, { gives: true }, { gives: true }, {}] as const;
const indent = '    ';

/** One line each; `isLong`: and one below it with what it opens, and how it is taken back. */
export function credentialLines(
  credentials: readonly CredentialView[],
  colors: Colors,
  width: number,
  now: number,
  isLong: boolean,
): string[] {
  const rows = credentials.map((credential): Cell[] => [
    { text: credential.kind, paint: colors.bold },
    credential.name,
    credential.holder,
    { text: factsOf(credential, now), paint: credential.file?.isTooOpen ? colors.red : colors.dim },
    endOf(credential, now),
  ]);
  const lines = table(rows, columns, width);
  return credentials.flatMap(({ scope, revoked }, n) => [
    lines[n] ?? '',
    ...(isLong
      ? [colors.dim(`${indent}${clip(plain(texts.detail(scope, revoked)), width - indent.length)}`)]
      : []),
  ]);
}

function factsOf({ file, lastUsedAt, since }: CredentialView, now: number): string {
  if (file) return texts.mode(file.mode, file.isTooOpen);
  if (lastUsedAt !== null) return texts.used(ageText(now - lastUsedAt));
  return since === null ? '' : texts.since(ageText(now - since));
}

function endOf({ expiresAt }: CredentialView, now: number): Cell {
  if (expiresAt === null) return texts.never;
  return expiresAt <= now ? texts.over : texts.ends(ageText(expiresAt - now));
}
