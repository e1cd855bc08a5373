/** The runs: is everything fine, what runs, where is mine? */
import type { JobSummary, RunView } from '#shared/api.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { barcode, moment, shape, took, written } from './signs.ts';

export type RunsPage = {
  runs: RunView[];
  next: string | null;
  before: string | null;
  repository: string | null;
  isAdmin: boolean;
  peopleUrl: string;
};

/** What the change is, or where it landed. */
export const origin = ({ change, ref }: RunView): Html =>
  change === null ? written(ref) : html`#${change} ${written(ref)}`;

/** From the first lease to the last end; null for both while no job had a machine. */
export function timesOf(jobs: readonly JobSummary[]): { from: number | null; to: number | null } {
  const starts = jobs.flatMap(({ startedAt }) => startedAt ?? []);
  const ends = jobs.flatMap(({ endedAt }) => endedAt ?? []);
  const isRunning = jobs.some(({ startedAt, endedAt }) => startedAt !== null && endedAt === null);
  return {
    from: starts.length > 0 ? Math.min(...starts) : null,
    to: isRunning || ends.length === 0 ? null : Math.max(...ends),
  };
}

export const titleOf = ({ title, commit }: RunView): string => title || commit.slice(0, 7);

/** Where in the suite file the mistake is. */
export const placeOf = ({ position }: RunView): string =>
  position ? `${position.file}:${position.line}:${position.column} ` : '';

function runRow(run: RunView): Html {
  const { from, to } = timesOf(run.jobs);
  const filter = `/?repository=${encodeURIComponent(run.repository)}`;
  return html`<li data-key="${run.id}">
${shape(run.standing)}
<div class="what"><a class="title" href="/runs/${run.id}">${written(titleOf(run))}</a>
<div class="dim"><a href="${filter}">${run.repository}</a> #${run.number} · ${origin(run)} · <code>${run.commit.slice(0, 7)}</code> · ${written(run.author)}</div>
${run.message ? html`<div class="said-of ${run.standing}">${placeOf(run)}${run.message}</div>` : null}</div>
${barcode(run.jobs)}
<span class="took">${took(from, to)}</span>
<span class="age">${moment(run.createdAt)}</span>
</li>`;
}

const teach = ({ isAdmin, peopleUrl }: RunsPage): Html => html`<section class="blank">
<h2>No run yet</h2>
<p>The first one appears here by itself, as soon as there is one. Test a commit by hand:</p>
<pre>npx paddock run . --command "make check"
npx paddock run https://example.org/owner/repository.git</pre>
<p>Or let GitHub send its webhooks: in the settings of the repository, add one with</p>
<dl class="facts"><dt>Payload URL</dt><dd><code>${peopleUrl}/hooks/github</code></dd>
<dt>Content type</dt><dd><code>application/json</code></dd>
<dt>Secret</dt><dd>the one that the configuration names under <code>github</code></dd>
<dt>Events</dt><dd>pull requests and pushes</dd></dl>
${isAdmin ? html`<p>What arrives is listed under <a href="/deliveries">Deliveries</a>, with what was done about it.</p>` : html`<p class="dim">Runs of private repositories are shown to who has signed in: <code>npx paddock open</code></p>`}
</section>`;

function lists(page: RunsPage): Html {
  const { runs, next, repository } = page;
  const more = new URLSearchParams({ ...(repository ? { repository } : {}), before: next ?? '' });
  return html`<ol class="runs" data-list>${runs.map(runRow)}</ol>
${next ? html`<p><a rel="next" href="/?${more.toString()}">Older runs</a></p>` : null}`;
}

export function runsPage(page: RunsPage): string {
  const { runs, before, repository, isAdmin } = page;
  const isFiltered = repository !== null || before !== null;
  const none = isFiltered ? html`<p>There are no such runs. <a href="/">All runs</a></p>` : teach(page);
  return layout(
    { title: repository ?? 'Runs', script: 'list.js', isAdmin, data: { live: 'all' } },
    html`<h1>Runs${repository ? html` <span class="dim">of ${repository} · <a href="/">all</a></span>` : null}</h1>
<div data-part="list">${runs.length > 0 ? lists(page) : none}</div>`,
  );
}
