/** A heap of which the least item is always at hand: a change costs the logarithm of its size. Among equal items any is the least. */
export type Heap<Item> = {
  push(item: Item): void;
  /** The least, taken out; null when there is none. */
  pop(): Item | null;
  /** The least, left where it is. */
  readonly least: Item | null;
  readonly size: number;
};

export function createHeap<Item>(compare: (a: Item, b: Item) => number): Heap<Item> {
  const items: Item[] = [];

  function rise(item: Item, from: number): void {
    let at = from;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = items[parentAt] as Item;
      if (compare(item, parent) >= 0) break;
      items[at] = parent;
      at = parentAt;
    }
    items[at] = item;
  }

  function sink(item: Item): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= items.length) break;
      const right = left + 1;
      const isRightLess = right < items.length && compare(items[right] as Item, items[left] as Item) < 0;
      const lesser = isRightLess ? right : left;
      if (compare(item, items[lesser] as Item) <= 0) break;
      items[at] = items[lesser] as Item;
      at = lesser;
    }
    items[at] = item;
  }

  return {
    push: item => rise(item, items.length),
    pop() {
      const least = items[0];
      const last = items.pop();
      if (last !== undefined && items.length > 0) sink(last);
      return least ?? null;
    },
    get least() {
      return items[0] ?? null;
    },
    get size() {
      return items.length;
    },
  };
}
