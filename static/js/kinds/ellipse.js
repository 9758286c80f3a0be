import { ellipseForm } from "../draw/shapes/ellipse-form.js";
import { ShapeDrawing } from "../draw/shapes/shape-drawing.js";

class EllipseAnswer extends ShapeDrawing {
  get form() {
    return ellipseForm;
  }
}

customElements.define("ellipse-answer", EllipseAnswer);
