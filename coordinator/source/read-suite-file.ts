import { type SuiteFile, suiteFile, suiteFileName } from '#shared/suite-file.ts';
import { readYaml, type YamlAnswer } from '../yaml.ts';

/**
 * A tested repository's `.paddock.yml`, from its bytes. Mistakes come back as values with exact positions, in the order
 * of the file; `problemText` makes the line for the commit status of the first one.
 */
export const readSuiteFile = (bytes: Uint8Array): YamlAnswer<SuiteFile> =>
  readYaml(suiteFile, bytes, suiteFileName);
