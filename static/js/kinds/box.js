import { boxForm } from "../draw/shapes/box-form.js";
import { ShapeDrawing } from "../draw/shapes/shape-drawing.js";

class BoxAnswer extends ShapeDrawing {
  get form() {
    return boxForm;
  }
}

customElements.define("box-answer", BoxAnswer);
