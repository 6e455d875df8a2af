/** A view of a contract, and what tests look at and press. */

import widget from "../../src/live/widget.ts";
import { FakeModel } from "../fake_model.ts";
import { live } from "../sample.ts";

type Props = Parameters<typeof widget.render>[0];

export function open(model = new FakeModel(live())) {
  const el = document.createElement("div");
  document.body.append(el);
  const close = widget.render({ model, el } as unknown as Props);
  const find = <E extends Element = HTMLElement>(selector: string) =>
    el.querySelector<E>(selector) as E;
  const node = (path: string) => find<SVGGElement>(`[data-node="${path}"]`);
  return { model, el, close, node, find };
}
