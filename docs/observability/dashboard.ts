/** The dashboard for Grafana (10 or later), from its rows; where panels stand is worked out here. */
import { type Panel, rows } from './panels.ts';

const width = 24;
const sizes = { stat: { w: 4, h: 4 }, timeseries: { w: 8, h: 8 } } as const;
const source = { type: 'prometheus', uid: '$source' };

function panelOf({ title, says, kind, unit, queries, isStacked = false }: Panel, id: number, at: object) {
  const custom = { fillOpacity: isStacked ? 30 : 5, stacking: { mode: isStacked ? 'normal' : 'none' } };
  return {
    ...{ id, type: kind, title, description: says, datasource: source, gridPos: at },
    fieldConfig: { defaults: { unit, min: 0, ...(kind === 'stat' ? {} : { custom }) }, overrides: [] },
    options:
      kind === 'stat'
        ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'none' }
        : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: queries.map(({ expr, legend }, index) => ({
      ...{ refId: String.fromCharCode(65 + index), datasource: source, expr },
      ...(legend === '' ? {} : { legendFormat: legend }),
    })),
  };
}

function placed(): object[] {
  const panels: object[] = [];
  let y = 0;
  for (const { title, panels: ofRow } of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: width, h: 1 },
      panels: [],
    });
    y += 1;
    let [x, tallest] = [0, 0];
    for (const panel of ofRow) {
      const { w, h } = sizes[panel.kind];
      if (x + w > width) [x, y, tallest] = [0, y + tallest, 0];
      panels.push(panelOf(panel, panels.length + 1, { x, y, w, h }));
      x += w;
      tallest = Math.max(tallest, h);
    }
    y += tallest;
  }
  return panels;
}

export const dashboard = (): string =>
  `${JSON.stringify(
    {
      ...{ title: 'Paddock', uid: 'paddock', tags: ['paddock', 'ci'], schemaVersion: 39, version: 1 },
      ...{ editable: true, refresh: '30s', timezone: 'browser', time: { from: 'now-6h', to: 'now' } },
      templating: {
        list: [{ name: 'source', label: 'Source', type: 'datasource', query: 'prometheus', current: {} }],
      },
      annotations: { list: [] },
      links: [],
      panels: placed(),
    },
    null,
    2,
  )}\n`;
