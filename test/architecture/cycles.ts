/**
 * The import cycles of a graph: each group of modules that reach one another, as one ring found by walking back to where
 * it began. Groups are Tarjan's strongly connected components (R. Tarjan, "Depth-first search and linear graph
 * algorithms", 1972). Rings begin with their alphabetically first module, so that a report does not change by itself.
 */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const isCyclic = (group: string[]) =>
    group.length > 1 || group.some(module => graph.get(module)?.includes(module));
  return groupsOf(graph)
    .filter(isCyclic)
    .map(group => ringIn(graph, group));
}

function groupsOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const path: string[] = [];
  const groups: string[][] = [];
  const visit = (module: string): number => {
    const place = order.size;
    order.set(module, place);
    path.push(module);
    let low = place;
    for (const next of graph.get(module) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (path.includes(next)) low = Math.min(low, order.get(next) ?? low);
    }
    if (low === place) groups.push(path.splice(path.indexOf(module)));
    return low;
  };
  for (const module of graph.keys()) if (!order.has(module)) visit(module);
  return groups;
}

/** The shortest way from the group's first module back to itself. */
function ringIn(graph: ReadonlyMap<string, readonly string[]>, group: string[]): string[] {
  const [start = ''] = [...group].sort();
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? '') ?? []) {
      if (next === start) return way;
      if (!group.includes(next) || seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return group;
}
