import { polygonForm } from "../draw/shapes/points-form.js";
import { ShapeDrawing } from "../draw/shapes/shape-drawing.js";

class PolygonAnswer extends ShapeDrawing {
  get form() {
    return polygonForm;
  }
}

customElements.define("polygon-answer", PolygonAnswer);
