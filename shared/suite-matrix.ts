/**
 * The matrix of a suite: lists of values, and a job for each combination of them. A key is the name of an environment variable,
 * and each job finds its value there; nothing else of a suite depends on it, so that there is no expression language. A
 * combination is a suite of its own wherever jobs are planned and shown, called `unit (gcc, 18)`: those who need the suite
 * need all of them, and what counts from where is told by the name before the bracket.
 */
import * as z from 'zod';
import { limits } from './limits.ts';

/** What tells combinations apart in a status: GitHub does not by case, and commas and brackets are the name's own. */
const value = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .refine(
    text => text.length <= limits.matrixValueChars && /^[!-'*+\--~]+( [!-'*+\--~]+)*$/.test(text),
    `expected at most ${limits.matrixValueChars} printable ASCII characters, without brackets and commas`,
  )
  .meta({ title: 'value' });

const values = z
  .array(value)
  .min(1)
  .max(limits.matrixValues)
  .refine(
    list => new Set(list.map(text => text.toLowerCase())).size === list.length,
    'two values are the same; they are not told apart by case',
  );

const combinations = z.array(z.record(z.string(), value)).min(1).max(limits.matrixCombinations);

export const suiteMatrix = z
  .object({ exclude: combinations.optional(), include: combinations.optional() })
  .catchall(values)
  .transform(({ exclude = [], include = [], ...axes }) => ({ axes: axes as Axes, exclude, include }))
  .meta({ title: 'matrix' });

type Axes = Record<string, string[]>;
export type Combination = Record<string, string>;
export type SuiteMatrix = { axes: Axes; exclude: Combination[]; include: Combination[] };

/** As far as a matrix goes. */
type Part = { matrix?: SuiteMatrix | undefined; env?: Record<string, string> | undefined };

/** The suite that a job belongs to, without its combination: a name of a suite has no space. */
export const suiteNameOf = (suite: string): string => suite.split(' ', 1)[0] ?? suite;

export const labelOf = (name: string, combination: Combination, keys: readonly string[]): string =>
  `${name} (${keys.map(key => combination[key]).join(', ')})`;

/** In the order of their lists, the last key varying first; then what is included. */
export function combinationsOf({ axes, exclude, include }: SuiteMatrix): Combination[] {
  const all = Object.entries(axes).reduce<Combination[]>(
    (made, [key, list]) => made.flatMap(each => list.map(text => ({ ...each, [key]: text }))),
    [{}],
  );
  return [...all.filter(each => !exclude.some(pattern => matches(each, pattern))), ...include];
}

const matches = (combination: Combination, pattern: Combination): boolean =>
  Object.entries(pattern).every(([key, text]) => combination[key] === text);

type Wrong = { path: (string | number)[]; message: string };

/** What is wrong with the matrices of a suite file, with paths into it. */
export function wrongMatrices({ suites }: { suites: Record<string, Part> }): Wrong[] {
  const wrong = Object.entries(suites).flatMap(([name, { matrix, env = {} }]) =>
    isRead(matrix)
      ? wrongMatrix(name, matrix, Object.keys(env)).map(({ path, message }) => ({
          path: ['suites', name, 'matrix', ...path],
          message,
        }))
      : [],
  );
  if (wrong.length > 0) return wrong;
  const counts = Object.values(suites).map(({ matrix }) => (isRead(matrix) ? sizeOf(matrix) : 1));
  const sum = counts.reduce((all, count) => all + count, 0);
  return sum > limits.suitesAndCombinations
    ? [
        {
          path: ['suites'],
          message: `${sum} suites and combinations, more than ${limits.suitesAndCombinations}`,
        },
      ]
    : [];
}

/** What is wrong by itself has been told, and stands there as it was written. */
const isRead = (matrix: SuiteMatrix | undefined): matrix is SuiteMatrix =>
  matrix?.axes !== undefined && !Array.isArray(matrix.axes);

/** Before anything is left out, so that nothing has to be made to be counted. */
const sizeOf = ({ axes, include }: SuiteMatrix): number =>
  Object.values(axes).reduce((product, list) => product * list.length, 1) + include.length;

function wrongMatrix(name: string, matrix: SuiteMatrix, variables: readonly string[]): Wrong[] {
  const keys = Object.keys(matrix.axes);
  const wrong = keys.flatMap(key => wrongKey(key, variables) ?? []);
  if (keys.length === 0 || keys.length > limits.matrixKeys)
    wrong.push({ path: [], message: `expected 1 to ${limits.matrixKeys} variables` });
  if (sizeOf(matrix) > limits.matrixCombinations)
    wrong.push({
      path: [],
      message: `${sizeOf(matrix)} combinations, more than the ${limits.matrixCombinations} that a suite may have`,
    });
  return wrong.length > 0 ? wrong : [...wrongLists(matrix, keys), ...wrongLabels(name, matrix, keys)];
}

function wrongKey(key: string, variables: readonly string[]): Wrong | null {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key))
    return {
      path: [key],
      message: 'expected the name of an environment variable, in which steps find the value',
    };
  if (/^paddock/i.test(key)) return { path: [key], message: 'names that begin with PADDOCK are taken' };
  return variables.includes(key) ? { path: [key], message: `\`env\` of the suite sets ${key} too` } : null;
}

function wrongLists({ axes, exclude, include }: SuiteMatrix, keys: readonly string[]): Wrong[] {
  const all = combinationsOf({ axes, exclude: [], include: [] });
  return [
    ...exclude.flatMap((pattern, index) =>
      all.some(each => matches(each, pattern))
        ? []
        : [{ path: ['exclude', index], message: 'there is no such combination, so nothing is left out' }],
    ),
    ...include.flatMap((combination, index) =>
      keys.length === Object.keys(combination).length && keys.every(key => Object.hasOwn(combination, key))
        ? []
        : [
            {
              path: ['include', index],
              message: `expected a value for each of ${keys.join(', ')}, and no more`,
            },
          ],
    ),
  ];
}

function wrongLabels(name: string, matrix: SuiteMatrix, keys: readonly string[]): Wrong[] {
  const labels = combinationsOf(matrix).map(each => labelOf(name, each, keys));
  if (labels.length === 0) return [{ path: ['exclude'], message: 'no combination is left' }];
  const long = labels.find(label => label.length > limits.matrixLabelChars);
  const seen = new Set<string>();
  const twice = labels.find(label => seen.size === seen.add(label.toLowerCase()).size);
  return [
    ...(long
      ? [
          {
            path: [],
            message: `its status would be called ${long.slice(0, 40)}…, longer than ${limits.matrixLabelChars} characters`,
          },
        ]
      : []),
    ...(twice ? [{ path: ['include'], message: `${twice} is there already` }] : []),
  ];
}
