/** A client of the cluster: writes a key and sees it committed, reads it back. */

import { isOver } from "./state.ts";
import { box, button, field, make, outcome, type Part, shut, tell, type View } from "./view.ts";

export function createClient(view: View): Part {
  const { commands } = view.about;
  const input = (name: string, value: string, title?: string) =>
    make("input", { name, value, title, autocomplete: "off", spellcheck: "false" });
  const [key, value] = [input("key", "x"), input("value", "1")];
  const types = `A JSON object; types: ${commands.join(", ")}`;
  const command = input("command", `{"type": "${commands[0]}"}`, types);
  const write = make("button", { type: "submit", "data-do": "write" }, "Write");
  const said = outcome();
  const fields = commands.length
    ? [field("Command", command), write]
    : [field("Key", key), field("Value", value), write, button("read", "Read")];
  const root = make("form", { class: "ig-client" }, box("row", ...fields), said);

  function ask(type: string, more: object): void {
    tell(said, { said: "…", problem: "" });
    view.send(type, more, (answer) => tell(said, answer));
  }

  root.addEventListener("submit", (event) => {
    event.preventDefault();
    if (commands.length) {
      ask("command", { text: command.value });
    } else {
      ask("write", { key: key.value, value: value.value });
    }
  });
  return {
    root,
    does: { read: () => ask("read", { key: key.value }) },
    update: (frame) => shut(root, isOver(frame)),
  };
}
