/** The text of a style sheet; runtime/bundle/build.ts configures the loader for it. */
declare module "*.css" {
  const text: string;
  export default text;
}
