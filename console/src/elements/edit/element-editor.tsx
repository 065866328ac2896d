// stub
export function ElementEditor() {
  return null;
}
