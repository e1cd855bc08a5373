/** What is wrong with the `needs` of a suite file, with paths into it: names of no suite, and circles. */
import { nearest } from './nearest.ts';

type Part = { needs?: string[] | undefined };
type File = { suites: Record<string, Part>; 'on-merge'?: Record<string, Part> | undefined };
type WrongNeed = { path: (string | number)[]; message: string };

export const wrongNeeds = (file: File): WrongNeed[] => [
  ...unknownNeeds('suites', file.suites, file),
  ...unknownNeeds('on-merge', file['on-merge'] ?? {}, file),
  ...circles(file.suites),
];

function unknownNeeds(part: 'suites' | 'on-merge', parts: Record<string, Part>, file: File): WrongNeed[] {
  return Object.entries(parts).flatMap(([name, { needs = [] }]) =>
    needs.flatMap((need, index) =>
      Object.hasOwn(file.suites, need)
        ? []
        : [{ path: [part, name, 'needs', index], message: noSuite(need, file) }],
    ),
  );
}

function noSuite(need: string, file: File): string {
  if (Object.hasOwn(file['on-merge'] ?? {}, need))
    return `${need} is made on merge, after the suites; only a suite can be needed`;
  const meant = nearest(need, Object.keys(file.suites));
  return `there is no suite called ${need}${meant === null ? '' : `; did you mean \`${meant}\`?`}`;
}

/** Each circle once, where a suite needs one that leads back to it. */
function circles(suites: Record<string, Part>): WrongNeed[] {
  const wrong: WrongNeed[] = [];
  const done = new Set<string>();
  const visit = (name: string, way: string[]): void => {
    const needs = Object.hasOwn(suites, name) ? (suites[name]?.needs ?? []) : [];
    for (const [index, need] of needs.entries()) {
      const start = [...way, name].indexOf(need);
      const path = ['suites', name, 'needs', index];
      if (start !== -1) wrong.push({ path, message: circleText([...way, name].slice(start)) });
      else if (!done.has(need)) visit(need, [...way, name]);
    }
    done.add(name);
  };
  for (const name of Object.keys(suites)) if (!done.has(name)) visit(name, []);
  return wrong;
}

function circleText([first = '', ...others]: string[]): string {
  if (others.length === 0) return `${first} cannot need itself`;
  const way = [...others, first].map(name => `needs ${name}`).join(', which ');
  return `${first} ${way}: none of them could ever begin`;
}
