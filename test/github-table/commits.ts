/** Commits whose suite file or message says when they are tested. Suites that only they have count as they say. */
type Made = { file?: string; files?: readonly string[]; title?: string };

const withSuites = (...suites: string[]): string =>
  `version: 1\nsuites:\n${['default: { steps: [make check] }', ...suites].map(text => `  ${text}\n`).join('')}`;

const ofSource = withSuites('code: { steps: [make code], paths: [src/**] }');

export const commits = {
  plain: {},
  bad: { file: 'version: 1\nsuites: { default: { stepz: [make] } }\n' },
  docs: { file: ofSource, files: ['docs/a.md'] },
  code: { file: ofSource, files: ['src/a.c'] },
  skip: { title: 'Mend a word\n\n[skip ci]' },
  /** It has a suite for pull requests into `next` only. */
  next: { file: withSuites('deep: { steps: [make deep], branches: [next] }') },
  matrix: { file: withSuites('unit: { steps: [make unit], matrix: { CC: [gcc, clang] } }') },
} satisfies Record<string, Made>;
