/** The errors of compilers, linters and interpreters in a log. Pure; linear in its length. */
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { createBracketReader } from './bracket-places.ts';
import { createColonReader } from './colon-places.ts';
import type { CompilerError } from './compiler-error.ts';
import { createDirectories } from './directories.ts';
import { createHeadedReader } from './headed-places.ts';
import { createPythonReader, createStackReader } from './tracebacks.ts';

/**
 * `lines` are plain (`shared/log-text.ts`); `directory` is where the step ran, seen from the checkout. In their order, each
 * place and message once.
 */
export function readErrors(
  lines: readonly string[],
  { attempt, directory }: { attempt: AttemptId; directory: string },
): CompilerError[] {
  const directories = createDirectories(attempt, directory);
  const readers = [
    createColonReader(),
    createBracketReader(),
    createHeadedReader(),
    createPythonReader(),
    createStackReader(),
  ];
  const found = new Map<string, CompilerError>();
  for (const [at, whole] of lines.entries()) {
    if (found.size >= limits.errorsPerLog) break;
    const line = whole.slice(0, limits.errorLineChars);
    directories.hear(line);
    for (const read of readers) {
      const error = read(line, at, directories.inside);
      if (error) found.set(JSON.stringify([error.path, error.line, error.message]), error);
    }
  }
  return [...found.values()];
}
