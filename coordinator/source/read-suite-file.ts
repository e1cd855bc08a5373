import { createHash } from 'node:crypto';
import { type SuiteFile, suiteFile, suiteFileName } from '#shared/suite-file.ts';
import { readYaml, type YamlAnswer } from '../yaml/yaml.ts';

/**
 * A tested repository's `.paddock.yml`, from its bytes. Mistakes come back as values with exact positions, in the order
 * of the file; `problemText` makes the line for the commit status of the first one.
 */
export const readSuiteFile = (bytes: Uint8Array): YamlAnswer<SuiteFile> =>
  readYaml(suiteFile, bytes, suiteFileName);

/** Answers kept: the files of as many repositories; one of fifty suites takes 13 KiB. */
const answersKept = 64;

/** The same, remembered: most commits leave the file as it was. Nobody changes an answer. */
export function createSuiteFileReader(): typeof readSuiteFile {
  const known = new Map<string, YamlAnswer<SuiteFile>>();
  return bytes => {
    const digest = createHash('sha256').update(bytes).digest('base64');
    const answer = known.get(digest) ?? readSuiteFile(bytes);
    known.delete(digest);
    known.set(digest, answer);
    const [oldest] = known.keys();
    if (known.size > answersKept && oldest !== undefined) known.delete(oldest);
    return answer;
  };
}
