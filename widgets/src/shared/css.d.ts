// The bundler puts style sheets in as text (build.mjs, loader ".css": "text").
declare module "*.css" {
  const text: string;
  export default text;
}
