/** What the planner decides in a simulated world, as lines to read: what is alike in one look stands in one line. */
import type { Action, Plan } from '#coordinator/fleet/plan.ts';
import { createShortfallNotes } from '#coordinator/fleet/shortfall-notes.ts';
import type { Arrival } from '#coordinator/simulate/arrivals.ts';
import { simulate } from '#coordinator/simulate/simulate.ts';
import type { Observer } from '#coordinator/simulate/world.ts';
import type { Scenario } from '#shared/scenario-file.ts';

const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);

type Line = { sign: string; what: string; reason: string };

const imageOf = (machine: string): string => machine.replace(/-\d+$/, '');

const lineOf = (action: Action): Line => {
  if (action.type === 'create')
    return { sign: '+', what: `${action.image.name} on ${action.host}`, reason: action.reason };
  return { sign: action.type === 'retire' ? '-' : '✝', what: imageOf(action.machine), reason: action.reason };
};

/** Of the time until `untilMs`. Machines that only had their one job are no decision of the planner, and not in it. */
function decisionLog(untilMs: number): { lines: string[]; observer: Observer } {
  const notes = createShortfallNotes();
  const lines: string[] = [];
  const onPlan = ({ actions, shortfalls }: Plan, _: unknown, now: number) => {
    if (now > untilMs) return;
    const news = notes.news(shortfalls, now);
    notes.noted(news, now);
    const alike = Map.groupBy(actions.map(lineOf), ({ sign, what, reason }) => `${sign} ${what}: ${reason}`);
    const said = [
      ...[...alike.values()].map(([first, ...rest]) =>
        first ? `${first.sign} ${rest.length + 1} ${first.what}: ${first.reason}` : '',
      ),
      ...news.map(({ image, missing, limit }) => `! ${image}, ${missing} short: ${limit.text}`),
    ];
    lines.push(...said.map((line, index) => `${index === 0 ? clock(now) : ' '.repeat(8)}  ${line}`));
  };
  return { lines, observer: { onPlan } };
}

/** So many jobs for an image that come at once; each takes so long. */
export const burst = (image: string, count: number, runMs: number, at = 0): Arrival => ({
  at,
  jobs: Array.from({ length: count }, (_, n) => ({
    ...{ repositoryId: 'rocket' as Arrival['jobs'][number]['repositoryId'], changeKey: `#${n % 5}` },
    ...{ image, class: 2, isTrusted: true, runMs },
  })),
});

/** A title, what was decided, and how it went. */
export async function story(
  title: string,
  scenario: Scenario,
  arrivals: Arrival[],
  untilMs = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const { lines, observer } = decisionLog(untilMs);
  const report = await simulate({ scenario, arrivals, observer });
  const { jobs, ended, lost, waitMs, machines } = report.total;
  const wait = waitMs ? `the longest wait was ${waitMs.max / 1_000} s` : 'none of them has started';
  return [
    title,
    '',
    ...lines,
    '',
    `${ended} of ${jobs} jobs ended, ${lost} attempts were lost; ${wait}.`,
    `${machines.made} machines were made, ${machines.failed} did not start, ${machines.peak} were there at once.`,
  ];
}
