/** The workbench around the drawing: the form, the inspector and the pinned scenario, and what they ask for. */

import { Details } from "./details.ts";
import { Form } from "./form.ts";
import { createScenarios } from "./scenarios.ts";
import type { Live } from "./state.ts";

/** An answer to a question of one view. */
type Answered = { type: string; asker?: string } & Parameters<Details["told"]>[0] &
  Parameters<Form["told"]>[0];

/** What carries messages to the kernel. */
interface Line {
  send(type: string, more: object): void;
}

/** The part of a model by which questions are answered. */
interface Wire {
  on(event: "msg:custom", listener: (content: Answered) => void): void;
  off(event: "msg:custom", listener: (content: Answered) => void): void;
}

interface Parts {
  form: HTMLFormElement;
  panel: HTMLElement;
  pinned: HTMLElement;
  canvas: HTMLElement;
}

export interface Workbench {
  update(live: Live, chosen: string | undefined): void;
  /** Shuts what nobody answers. */
  shut(isShut: boolean): void;
  stop(): void;
}

export function createWorkbench(
  wire: Wire,
  line: Line,
  parts: Parts,
  choose: (path: string | undefined) => void,
): Workbench {
  const view = Math.random().toString(36).slice(2);
  const ask = ({ type, ...more }: { type: string; [name: string]: unknown }) =>
    line.send(type, { ...more, asker: view });
  const form = new Form(parts.form, view, ask);
  const details = new Details(parts.panel, {
    ask: (node) => ask({ type: "inspect", node }),
    choose,
  });
  const scenarios = createScenarios(parts.pinned, parts.canvas, choose);

  /** The kernel answers all views; each takes what it asked for. */
  function told(content: Answered): void {
    if (content.asker === view) {
      (content.type === "code" ? form : details).told(content);
    }
  }

  wire.on("msg:custom", told);
  return {
    update(live, chosen) {
      details.update(live, chosen);
      form.update(live);
      scenarios.update(live);
    },
    shut(isShut) {
      form.shut(isShut);
      details.shut(isShut);
    },
    stop() {
      wire.off("msg:custom", told);
      form.stop();
      details.stop();
    },
  };
}
