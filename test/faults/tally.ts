/** What happened in all lives together: counted by kind of fault, and what went wrong with the seed to have it again. */
import type { FaultKind, Plan } from './plan.ts';
import { planText } from './plan.ts';

/**
 * What a life came to. `phases` are those in which its faults fell, in their order; null: it hit nothing. `earlier`: seeds of
 * the lives that its fleet had seen before.
 */
export type Outcome = {
  plan: Plan;
  earlier: number[];
  phases: (string | null)[];
  ms: number;
  violations: string[];
};

export const kindsOf = ({ faults, mail }: Plan): FaultKind[] => [
  ...new Set<FaultKind>([
    ...faults.map(({ kind }) => kind),
    ...(mail.isShuffled ? ['deliveries' as const] : []),
  ]),
];

export function createTally() {
  const outcomes: Outcome[] = [];
  const lacks = new Map<string, number>();
  const violated = () => outcomes.filter(({ violations }) => violations.length > 0);
  return {
    add: (outcome: Outcome) => void outcomes.push(outcome),
    leftOut: (reason: string) => void lacks.set(reason, (lacks.get(reason) ?? 0) + 1),
    runs: () => outcomes.length,
    violated,
    table: (): string => tableOf(outcomes, lacks),
  };
}
export type Tally = ReturnType<typeof createTally>;

export const storyOf = ({ plan, earlier, phases, ms, violations }: Outcome): string =>
  [
    `${planText(plan)} → hit ${phases.map(phase => phase ?? 'nothing').join(', ')}; ${(ms / 1_000).toFixed(1)} s`,
    ...violations.map(violation => `  VIOLATION ${violation}`),
    ...(violations.length > 0 ? [`  again: PADDOCK_SEED=${[...earlier, plan.seed].join()}`] : []),
  ].join('\n');

function tableOf(outcomes: readonly Outcome[], lacks: ReadonlyMap<string, number>): string {
  const kinds = [...new Set(outcomes.flatMap(({ plan }) => kindsOf(plan)))].sort();
  const rows = kinds.map(kind => {
    const runs = outcomes.filter(({ plan }) => kindsOf(plan).includes(kind));
    const faults = runs.flatMap(({ plan, phases }) =>
      phases.filter((_, index) => plan.faults[index]?.kind === kind),
    );
    const hits = faults.filter(phase => phase !== null);
    const phases = [...Map.groupBy(hits, phase => phase)].map(([phase, all]) => `${phase} ${all.length}`);
    const bad = runs.filter(({ violations }) => violations.length > 0);
    return [kind, String(runs.length), String(hits.length), String(bad.length), phases.sort().join(', ')];
  });
  const lines = [['fault', 'runs', 'hits', 'violations', 'in which phase'], ...rows];
  const widths = [0, 1, 2, 3].map(column => Math.max(...lines.map(line => line[column]?.length ?? 0)));
  return [
    ...lines.map(line =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
    ...[...lacks].map(([reason, count]) => `left out ${count} times: ${reason}`),
  ].join('\n');
}
