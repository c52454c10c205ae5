// The script of the page of a speech file.

import { play } from "./account/speech_page.ts";

play(document);
