/** One run: what broke, where, whose fault? */
import type { JobSummary, RunView, Standing } from '#shared/api.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { origin, placeOf, timesOf, titleOf } from './runs-page.ts';
import { badge, barcode, commit, moment, shape, took, verbs, written } from './signs.ts';

const jobRow = (job: JobSummary): Html => html`<li data-key="${job.id}">
${shape(job.standing)}
<a class="title" href="/jobs/${job.id}">${job.image}</a>
<span class="suite">${job.suite}${job.stage === 'on-merge' ? html` <span class="dim">on merge</span>` : null}</span>
<span class="text">${written(job.text)}</span>
<span class="took">${took(job.startedAt, job.endedAt)}</span>
</li>`;

const theirs = new Set<Standing>(['failed', 'timed-out']);

/** Gathered over all systems: a suite that fails everywhere is one line, not one per image. */
function failures(jobs: readonly JobSummary[]): Html {
  const suites = [...new Set(jobs.filter(({ standing }) => theirs.has(standing)).map(({ suite }) => suite))];
  const failed = suites.map(suite => {
    const all = jobs.filter(job => job.suite === suite);
    const red = all.filter(({ standing }) => theirs.has(standing));
    return html`<li class="failed">${shape('failed')}<span><b>${suite}</b> fails on ${red.length} of ${all.length}: ${links(red)}</span></li>`;
  });
  const errored = jobs.filter(({ standing }) => standing === 'errored');
  const infrastructure = html`<li class="errored">${shape('errored')}<span>could not be tested on ${links(errored)}: the fault is Paddock’s or its machines’, not the commit’s</span></li>`;
  if (failed.length === 0 && errored.length === 0) return html``;
  return html`<ul class="failures" aria-label="What broke">${failed}${errored.length > 0 ? infrastructure : null}</ul>`;
}

const links = (jobs: readonly JobSummary[]): Html[] =>
  jobs.map((job, index) => html`${index > 0 ? ', ' : ''}<a href="/jobs/${job.id}">${job.image}</a>`);

const purposes: Record<RunView['purpose'], string> = {
  change: 'the head of a pull request',
  landed: 'landed',
  manual: 'started by hand',
};

function head(run: RunView, isAdmin: boolean): Html {
  const { from, to } = timesOf(run.jobs);
  return html`<div class="head" data-part="head">
<h1>${written(titleOf(run))}</h1>
<p class="facts-line">${badge(run.standing)} ${barcode(run.jobs)} ${from === null ? null : html`<span>${took(from, to)}</span>`} ${isAdmin ? verbs(`/api/v1/runs/${run.id}`, run.standing) : null}</p>
<p class="dim">${origin(run)} · ${commit(run.commit)} · ${written(run.author)} · ${purposes[run.purpose]} · ${moment(run.createdAt)}</p>
${run.message ? html`<p class="notice ${run.standing}"><strong>${placeOf(run)}</strong>${run.message}</p>` : null}
${run.warnings.map(warning => html`<p class="notice">${warning}</p>`)}
${failures(run.jobs)}
</div>`;
}

export function runPage(run: RunView, isAdmin: boolean): string {
  const jobs =
    run.jobs.length > 0
      ? html`<ol class="jobs" data-list>${run.jobs.map(jobRow)}</ol>`
      : html`<p class="dim">${run.standing === 'preparing' ? 'The commit is being fetched and its suite file read; its jobs appear here by themselves.' : 'This run has no jobs.'}</p>`;
  return layout(
    {
      title: `${run.repository} #${run.number} ${run.standing}`,
      script: 'list.js',
      isAdmin,
      standing: run.standing,
      data: { live: run.id },
    },
    html`<p class="path dim"><a href="/">Runs</a> / <a href="/?repository=${encodeURIComponent(run.repository)}">${run.repository}</a> / #${run.number}</p>
${head(run, isAdmin)}
<h2>Jobs</h2>
<div data-part="list">${jobs}</div>`,
  );
}
