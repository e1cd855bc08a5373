/** One job: show me the line. Its steps, its live log, its attempts and artifacts. The script fills the log. */
import type { AttemptView, JobView } from '#shared/api.ts';
import { type Html, html } from './html.ts';
import { jobAside } from './job-aside.ts';
import { jobNotice } from './job-notice.ts';
import { jobSteps } from './job-steps.ts';
import { layout } from './layout.ts';
import { badge, commit, isUnderWay, moment, sentence, took, verbs, written } from './signs.ts';

export type JobPage = {
  job: JobView;
  /** The number of the attempt to show; the newest by default. */
  attempt: number | null;
  isAdmin: boolean;
};

function head(job: JobView, attempt: AttemptView | undefined, isAdmin: boolean): Html {
  // What is over says itself how long it took.
  const times = attempt && !attempt.end ? took(attempt.times.leasedAt, null) : null;
  return html`<div class="head" data-part="head">
<h1>${job.image} <span class="dim">·</span> ${job.suite}${job.stage === 'on-merge' ? html` <span class="dim">on merge</span>` : null}</h1>
<p class="facts-line">${badge(job.standing)} ${attempt ? html`<span role="status">${written(job.text)}</span>` : null} ${times} ${isAdmin ? verbs(`/api/v1/jobs/${job.id}`, job.standing) : null}</p>
<p class="dim">${written(job.run.title)} · ${commit(job.run.commit)} · ${written(job.run.author)} · ${moment(job.run.createdAt)}</p>
${jobNotice(job)}
</div>`;
}

const log = (attempt: AttemptView): Html => html`<section class="log" aria-label="Log">
<div class="bar"><span id="connection" role="status"></span>
<label title="key: f"><input type="checkbox" id="follow"> follow</label>
<label title="key: w"><input type="checkbox" id="wrap" checked> wrap</label>
<a href="/logs/${attempt.id}.txt">raw</a>
<button type="button" id="keys" aria-haspopup="dialog" title="keys">?</button></div>
<div id="lines" class="lines" tabindex="0" role="region" aria-label="Lines of the log"></div>
<p id="end" class="end"></p>
<noscript><p class="end">Without a script the log is read as text: <a href="/logs/${attempt.id}.txt?follow=1">follow it</a>.</p></noscript>
</section>
<dialog id="all-keys"><h2>Keys</h2><dl class="facts">
<dt><kbd>f</kbd></dt><dd>follow the end of the log</dd><dt><kbd>w</kbd></dt><dd>wrap long lines</dd>
<dt><kbd>g</kbd> <kbd>G</kbd></dt><dd>beginning, end</dd><dt><kbd>[</kbd> <kbd>]</kbd></dt><dd>step before, next step</dd>
<dt><kbd>e</kbd></dt><dd>the step that failed</dd></dl>
<form method="dialog"><button class="button">Close</button></form></dialog>`;

/** While there is no log, its place says what is waited for. */
const waiting = (job: JobView): Html => html`<section class="log waits" aria-label="Log" data-part="waits">
<div class="notice ${job.standing}" role="status"><p><strong>${sentence(job.text)}</strong></p>
${isUnderWay(job.standing) ? html`<p>The log begins here by itself when a machine has taken the job.</p>` : html`<p>No machine had taken the job, so there is no log.</p>`}</div></section>`;

export function jobPage({ job, attempt: number, isAdmin }: JobPage): string {
  const attempt = job.history.find(each => each.number === number) ?? job.history.at(-1);
  const isNewest = attempt === job.history.at(-1);
  const data = {
    job: job.id,
    live: job.run.id,
    attempt: attempt?.id ?? '',
    newest: isNewest ? '1' : '',
    over: attempt?.log ? '1' : '',
    // Of what went wrong people read the end first.
    end: job.standing === 'failed' || job.standing === 'timed-out' ? '1' : '',
  };
  return layout(
    {
      title: `${job.standing}: ${job.image} ${job.suite} of ${job.run.repository} #${job.run.number}`,
      script: 'job.js',
      isAdmin,
      standing: job.standing,
      data,
    },
    html`<p class="path dim"><a href="/">Runs</a> / <a href="/runs/${job.run.id}">${job.run.repository} #${job.run.number}</a> / ${job.image}</p>
${head(job, attempt, isAdmin)}
<div class="job">
${jobSteps(job, attempt)}
${attempt ? log(attempt) : waiting(job)}
${jobAside(job, attempt)}
</div>`,
  );
}
