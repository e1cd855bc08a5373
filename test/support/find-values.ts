/** What `strings` would find of values below a directory. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Each as it is, in base64 wherever it may stand in what was encoded, and as in an address. */
export const formsOf = (values: readonly string[]): string[] =>
  values.flatMap(text => [
    text,
    ...[0, 1, 2].map(before => {
      const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString('base64');
      return encoded.slice(before && before + 1, -4);
    }),
    encodeURIComponent(text),
  ]);

/** Files that hold one of these, with which. What goes while it is looked at holds nothing any more. */
export async function findForms(directory: string, forms: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    const isFile = await stat(file).then(
      facts => facts.isFile(),
      () => false,
    );
    const bytes = isFile ? await readFile(file).catch(() => Buffer.alloc(0)) : Buffer.alloc(0);
    found.push(...forms.filter(form => bytes.includes(form)).map(form => `${file}: ${form}`));
  }
  return found;
}
