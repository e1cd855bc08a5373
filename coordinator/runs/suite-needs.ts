/** What `needs` between suites mean for a plan and for the order in which jobs are told something. */
import type { Job } from '../store/jobs.ts';

type Needing = Pick<Job, 'suite' | 'image'> & { definition: { needs: readonly string[] } };

/**
 * A job whose suites before it have no job on its image would wait for ever, or run without them: it is left out, and so
 * is what needs it. That is said once per image.
 */
export function withNeedsMet<Planned extends Needing>(
  jobs: readonly Planned[],
): { kept: Planned[]; warnings: string[] } {
  let kept = [...jobs];
  for (;;) {
    const there = new Set(kept.map(keyOf));
    const met = kept.filter(job => needsOf(job).every(need => there.has(need)));
    if (met.length === kept.length) break;
    kept = met;
  }
  const staying = new Set(kept);
  const left = jobs.filter(job => !staying.has(job));
  const asked = new Set(jobs.map(keyOf));
  const images = [...new Set(left.map(({ image }) => image))];
  return { kept, warnings: images.map(image => leftText(image, left, asked)) };
}

/** Neither name has a space. */
const keyOf = ({ suite, image }: Pick<Needing, 'suite' | 'image'>): string => `${image} ${suite}`;
const needsOf = ({ image, definition: { needs } }: Needing): string[] =>
  needs.map(suite => keyOf({ suite, image }));

function leftText(image: string, left: readonly Needing[], asked: ReadonlySet<string>): string {
  const here = left.filter(job => job.image === image);
  const needs = new Set(here.flatMap(({ definition }) => definition.needs));
  const absent = [...needs].filter(suite => !asked.has(keyOf({ suite, image })));
  const why = absent.length === 1 ? 'has to pass first, and does' : 'have to pass first, and do';
  return `${image} does not run ${here.map(({ suite }) => suite).join(', ')}: ${absent.join(', ')} ${why} not run there`;
}

/** Each job after those that it needs, else in the order in which they came: what is told later finds the others under way. */
export function needsFirst<Told extends Needing>(jobs: readonly Told[]): Told[] {
  const ordered: Told[] = [];
  const met = new Set<Told>();
  const add = (job: Told): void => {
    if (met.has(job)) return;
    met.add(job);
    for (const other of jobs)
      if (other.image === job.image && job.definition.needs.includes(other.suite)) add(other);
    ordered.push(job);
  };
  for (const job of jobs) add(job);
  return ordered;
}
