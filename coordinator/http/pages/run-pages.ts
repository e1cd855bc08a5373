/** The lists: runs, and one run with its jobs. */
import type { DeliveryView, JobSummary, RunView } from '#shared/api.ts';
import { durationText } from '#shared/duration.ts';
import { badge, barcode, type Html, html, layout, moment } from './html.ts';

const origin = (run: RunView): Html =>
  run.change === null ? html`${run.ref}` : html`#${run.change} <span class="dim">${run.ref}</span>`;

const took = (job: JobSummary): string =>
  job.startedAt === null ? '' : durationText((job.endedAt ?? Date.now()) - job.startedAt);

function runRow(run: RunView): Html {
  return html`<tr>
<td>${badge(run.standing)}</td>
<td>${barcode(run.jobs)}</td>
<td class="wide"><a href="/runs/${run.id}">${run.title || run.message || run.commit.slice(0, 7)}</a>
<div class="dim">${run.repository} #${run.number} · ${origin(run)} · <code>${run.commit.slice(0, 7)}</code> · ${run.author}</div></td>
<td class="num">${moment(run.createdAt)}</td>
</tr>`;
}

const noRuns = html`<section class="empty"><h2>No run yet</h2>
<p>A run appears here when a webhook arrives, or when you test a commit by hand:</p>
<pre>npx paddock run . --command "make check"
npx paddock run https://example.org/owner/repository.git</pre></section>`;

export function runsPage(runs: RunView[], next: string | null, isAdmin: boolean): string {
  const table = html`<table class="list"><caption class="sr">Runs, newest first</caption><tbody>${runs.map(runRow)}</tbody></table>`;
  const more = next ? html`<p><a rel="next" href="/?before=${next}">Older runs</a></p>` : null;
  return layout(
    { title: 'Runs', script: 'live.js', isAdmin, live: { live: 'all' } },
    html`<h1>Runs</h1>${runs.length > 0 ? html`${table}${more}` : noRuns}`,
  );
}

const jobRow = (job: JobSummary): Html => html`<tr>
<td>${badge(job.standing)}</td>
<td><a href="/jobs/${job.id}">${job.image}</a></td>
<td>${job.suite}${job.stage === 'on-merge' ? html` <span class="dim">on merge</span>` : null}</td>
<td class="wide">${job.text}</td>
<td class="num">${took(job)}</td>
</tr>`;

export function runPage(run: RunView, isAdmin: boolean): string {
  const where = run.position ? `${run.position.file}:${run.position.line}:${run.position.column} ` : '';
  return layout(
    { title: `${run.repository} #${run.number}`, script: 'live.js', isAdmin, live: { live: run.id } },
    html`<p class="dim"><a href="/">Runs</a> / ${run.repository} #${run.number}</p>
<h1>${run.title || run.commit.slice(0, 7)}</h1>
<p>${badge(run.standing)} ${barcode(run.jobs)} ${origin(run)} · <code>${run.commit}</code> · ${run.author} · ${moment(run.createdAt)}</p>
${run.message ? html`<p class="notice"><strong>${where}</strong>${run.message}</p>` : null}
${run.warnings.map(warning => html`<p class="notice">${warning}</p>`)}
${run.jobs.length > 0 ? html`<table class="list"><caption class="sr">Jobs</caption><thead><tr><th>State</th><th>Image</th><th>Suite</th><th>What happens</th><th>Time</th></tr></thead><tbody>${run.jobs.map(jobRow)}</tbody></table>` : null}`,
  );
}

export function deliveriesPage(deliveries: DeliveryView[]): string {
  const row = (delivery: DeliveryView) => html`<tr>
<td class="num">${moment(delivery.receivedAt)}</td><td>${delivery.event}</td><td>${delivery.repository ?? ''}</td>
<td>${delivery.verdict ?? 'being handled'}</td><td class="wide">${delivery.note ?? ''}${delivery.receipts > 1 ? html` <span class="dim">came ${delivery.receipts} times</span>` : null}</td>
<td><code>${delivery.id}</code></td></tr>`;
  const none = html`<section class="empty"><h2>No delivery yet</h2><p>Point the webhook of a repository at <code>/hooks/github</code> with content type <code>application/json</code> and the secret of the configuration.</p></section>`;
  const table = html`<table class="list"><thead><tr><th>Received</th><th>Event</th><th>Repository</th><th>Verdict</th><th>What was done</th><th>Delivery</th></tr></thead><tbody>${deliveries.map(row)}</tbody></table>`;
  return layout(
    { title: 'Deliveries', script: null, isAdmin: true },
    html`<h1>Deliveries</h1>${deliveries.length > 0 ? table : none}`,
  );
}
