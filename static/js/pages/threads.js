// Pages with threads that are no bench: names are completed, and Ctrl and Enter sends.
import { watchMentions } from "../threads/mention.js";

watchMentions();
