import { TrackDrawing } from "../draw/tracks/track-drawing.js";

customElements.define("track-answer", TrackDrawing);
