/** The part of the demonstration that is the visitor's: its pages, over a whole Paddock, without the story before. */
import { type Pages, servePages } from '#coordinator/demo/pages/serve-pages.ts';
import { type Stage, setStage } from '#coordinator/demo/stage.ts';
import type { PullView } from '#coordinator/demo/tour/pull-view.ts';
import { Tour } from '#coordinator/demo/tour/tour.ts';
import { until } from './until.ts';

export type Visitor = {
  stage: Stage;
  tour: Tour;
  pages: Pages;
  /** What the terminal was told, oldest first. */
  told: string[];
  press(act: string, headers?: Record<string, string>): Promise<Response>;
  /** Waits until the visitor's pull request is as a sentence says. */
  sees(sentence: string, check: (view: PullView) => boolean): Promise<PullView>;
};

export async function withTour(visit: (visitor: Visitor) => Promise<void>): Promise<void> {
  const stage = await setStage(process.env);
  try {
    const told: string[] = [];
    const tour = await Tour.start(stage, {
      chapter: title => void told.push(title),
      status: ({ context, state }) => void told.push(`${context.split('/').at(-1)}: ${state}`),
    });
    const pages = await servePages(tour);
    const press = (act: string, headers = {}) => fetch(`${pages.url}/${act}`, { method: 'POST', headers });
    const sees = (sentence: string, check: (view: PullView) => boolean) =>
      until(
        sentence,
        () => {
          const view = tour.view(tour.yours);
          return view && check(view) ? view : null;
        },
        { timeoutMs: 40_000 }, // several machines, one after the other
      );
    try {
      await visit({ stage, tour, pages, told, press, sees });
    } finally {
      tour.close();
      await pages.close();
    }
  } finally {
    await stage.close();
  }
}
