/** A style sheet's text; see the loader in runtime/bundle/build.ts. */
declare module "*.css" {
  const text: string;
  export default text;
}
