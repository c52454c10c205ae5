// What all views of one avatar share and the kernel need not know: how the user has set them up.

import { History } from "./input_history.ts";

export class UiState {
  readonly history = new History();
  captions = true;
  transcript = false;
  /** Whether the picture floats while its view is out of sight. */
  floating = true;
  /** What is being typed. */
  draft = "";
}
