import { polylineForm } from "../draw/shapes/points-form.js";
import { ShapeDrawing } from "../draw/shapes/shape-drawing.js";

class PolylineAnswer extends ShapeDrawing {
  get form() {
    return polylineForm;
  }
}

customElements.define("polyline-answer", PolylineAnswer);
