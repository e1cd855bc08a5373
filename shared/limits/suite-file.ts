/** Bounds of what a `.paddock.yml` may say. */
import { KiB } from './units.ts';

export const suiteFileLimits = {
  /** A `.paddock.yml` larger than this is refused before it is parsed. */
  suiteFileBytes: 256 * KiB,
  /** Mistakes listed for one file; more would not be read. */
  yamlProblems: 20,
  /**
   * Words, marks, spaces and ends of lines of a file, each counted once: a text has one, however long it is. A `key: value` has
   * five, so this is some 3,000 lines; measured, the most are read in less than a tenth of a second.
   */
  yamlSigns: 15_000,
  /** Values of a file, with everything that its aliases repeat: enough for honest reuse, too few for an expansion bomb. */
  yamlValues: 15_000,
  /** Lists and mappings within each other. */
  yamlDepth: 50,
  /** How often aliases may repeat a part of a file that is not a stranger's. */
  yamlAliases: 100,
  suitesPerFile: 50,
  /** Variables of a matrix: with more, nobody reads which job is which. */
  matrixKeys: 5,
  /** Values of one variable. */
  matrixValues: 50,
  /** Part of the name of a status, which people read. */
  matrixValueChars: 60,
  /** Of a suite with the values of a combination: with an image's name it is a status, and GitHub keeps 255 characters of that. */
  matrixLabelChars: 150,
  /** Of one suite: each is a job on each image. */
  matrixCombinations: 64,
  /** Of a whole file, each multiplied by its images before `jobsPerRun` can say that they are too many. */
  suitesAndCombinations: 200,
  stepsPerSuite: 100,
  stepBytes: 64 * KiB,
  imagesPerSuite: 200,
  /** A pattern of paths or branches; longer is no longer one that somebody wrote. */
  patternChars: 200,
  patternsPerSuite: 50,
  /**
   * What changed is compared with every pattern, on the thread that does everything else: measured, 25 ms for fifty usual
   * patterns, 1.3 s for the most that a file may have. When more has changed, every suite runs.
   */
  changedFiles: 3_000,
  changedFilesBytes: 256 * KiB,
} as const;
