/** Listening to a model for as long as something is shown. */

interface Told<Event extends string> {
  on(event: Event, heard: () => void): void;
  off(event: Event, heard: () => void): void;
}

/** Listens to several events; returns what ends it. */
export function listenTo<Event extends string>(
  model: Told<Event>,
  events: readonly Event[],
  heard: () => void,
): () => void {
  for (const event of events) {
    model.on(event, heard);
  }
  return () => {
    for (const event of events) {
      model.off(event, heard);
    }
  };
}

/** Makes one call of all those that are made before the page gets to it: a report changes several traits. */
export function gathered(call: () => void): () => void {
  let isDue = false;
  return () => {
    if (!isDue) {
      isDue = true;
      queueMicrotask(() => {
        isDue = false;
        call();
      });
    }
  };
}
