/** True for a key without Ctrl, Alt or Meta: those are left to the notebook and the browser. */
export function plainKey(event: KeyboardEvent): boolean {
  return !(event.ctrlKey || event.altKey || event.metaKey);
}
