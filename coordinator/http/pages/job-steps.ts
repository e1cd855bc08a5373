/** The steps of a job with how each of them stands, from the marks of its attempt's log. */
import type { AttemptView, JobView, Standing } from '#shared/api.ts';
import { durationText } from '#shared/duration.ts';
import { outcomeOf } from '#shared/job.ts';
import { type Html, html } from './html.ts';
import { shape } from './signs.ts';

type Step = { standing: Standing; ms: number | null };

function stepOf(index: number, attempt: AttemptView | undefined): Step {
  const marks = (attempt?.marks ?? []).filter(({ step }) => step === index);
  const started = marks.find(({ type }) => type === 'step-started');
  const ended = marks.find(mark => mark.type === 'step-ended');
  if (!started) return { standing: attempt?.end ? 'skipped' : 'queued', ms: null };
  if (ended?.type !== 'step-ended') return { standing: cutShort(attempt) ?? 'running', ms: null };
  const standing = ended.exitCode === 0 ? 'passed' : (cutShort(attempt) ?? 'failed');
  return { standing, ms: Math.max(0, ended.at - started.at) };
}

/** What ended the attempt in the middle of a step, when it was not the step itself: that was not its failure. */
function cutShort(attempt: AttemptView | undefined): Standing | null {
  return attempt?.end && attempt.end.reason !== 'exited' ? outcomeOf(attempt.end) : null;
}

export function jobSteps(job: JobView, attempt: AttemptView | undefined): Html {
  const rows = job.steps.map(({ name, run }, index) => {
    const step = stepOf(index, attempt);
    const time = step.ms === null ? '' : durationText(step.ms);
    return html`<li data-step="${index}"><a href="#step-${index}" title="${run}">${shape(step.standing)}<span class="name">${name}</span><span class="num dim">${time}</span></a></li>`;
  });
  return html`<nav class="steps" aria-label="Steps" data-part="steps"><h2>Steps</h2><ol>${rows}</ol></nav>`;
}
