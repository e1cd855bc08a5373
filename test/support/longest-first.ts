import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** A file of real machines takes minutes and is small: begun last, as by its size, everybody would wait for it at the end. */
const isLong = ({ moduleId }: TestSpecification): boolean => /\/test\/(?:vm|faults)\//.test(moduleId);

/** The usual order, by size or by what the last run took, with the longest files first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter(file => !isLong(file))];
  }
}
