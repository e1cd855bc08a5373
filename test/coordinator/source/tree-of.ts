import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What is below a directory, `.git` left out: path → kind, mode and content, for comparing two trees. */
export async function treeOf(root: string, below = ''): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const name of await readdir(join(root, below))) {
    if (name === '.git') continue;
    const path = below === '' ? name : `${below}/${name}`;
    const found = await lstat(join(root, path));
    if (found.isDirectory()) Object.assign(tree, { [`${path}/`]: 'directory' }, await treeOf(root, path));
    else if (found.isSymbolicLink()) tree[path] = `link to ${await readlink(join(root, path))}`;
    else
      tree[path] =
        `${(found.mode & 0o111) === 0 ? 'file' : 'program'} ${await readFile(join(root, path), 'latin1')}`;
  }
  return tree;
}
