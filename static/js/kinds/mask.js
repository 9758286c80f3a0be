import { MaskDrawing } from "../draw/masks/mask-drawing.js";

customElements.define("mask-answer", MaskDrawing);
