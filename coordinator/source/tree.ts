/** Raw tree objects: `<mode> <name>\0<id>` repeated, the id as 20 or 32 bytes (gitformat: "tree objects"). */

export type TreeEntry = { kind: 'file' | 'directory' | 'symlink' | 'submodule'; id: string };

/** The entry of that name in a raw tree, or null. `idBytes` is 20 for SHA-1 and 32 for SHA-256. */
export function findInTree(tree: Buffer, name: string, idBytes: number): TreeEntry | null {
  const wanted = Buffer.from(name);
  for (let at = 0; at < tree.length; ) {
    const space = tree.indexOf(0x20, at);
    const end = tree.indexOf(0, space);
    if (space === -1 || end === -1) return null;
    const stop = end + 1 + idBytes;
    if (tree.subarray(space + 1, end).equals(wanted))
      return { kind: kindOf(tree.toString('latin1', at, space)), id: tree.toString('hex', end + 1, stop) };
    at = stop;
  }
  return null;
}

function kindOf(mode: string): TreeEntry['kind'] {
  if (mode.startsWith('4') || mode.startsWith('04')) return 'directory';
  if (mode.startsWith('12')) return 'symlink';
  return mode.startsWith('16') ? 'submodule' : 'file';
}
