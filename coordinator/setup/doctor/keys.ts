/** Whether anybody but their owner may read the files that hold keys, or enter the folders around them. */
import type { Finding } from '#shared/diagnosis.ts';
import type { Config } from '../../config/config.ts';
import { readKeyFiles, readKeyFolders } from '../../wiring/key-files.ts';
import { bad, good, warning } from './finding.ts';

const about = 'keys';

export async function examineKeys(config: Config): Promise<Finding[]> {
  const files = (await readKeyFiles(config)).map(({ file }) => file);
  const open = files.filter(({ isTooOpen }) => isTooOpen);
  const entered = (await readKeyFolders(config)).filter(({ isTooOpen }) => isTooOpen);
  const isGood = files.length > 0 && open.length + entered.length === 0;
  return [
    ...open.map(({ path, mode }) =>
      bad(about, `${path} is too open: its mode is ${mode}`, `chmod 600 ${path}`),
    ),
    // The files in it say no to whoever enters.
    ...entered.map(({ path, mode }) =>
      warning(about, `${path} is too open: its mode is ${mode}`, `chmod 700 ${path}`),
    ),
    ...(isGood ? [good(about, `${files.length} files with keys, which only their owner may read`)] : []),
  ];
}
