// hls.js (1.7) declares its types for the whole build only; the light one has the same.
declare module "hls.js/light" {
  export { default } from "hls.js";
}
