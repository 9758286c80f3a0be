import { keypointsForm } from "../draw/shapes/keypoints-form.js";
import { ShapeDrawing } from "../draw/shapes/shape-drawing.js";

class KeypointsAnswer extends ShapeDrawing {
  get form() {
    return keypointsForm;
  }
}

customElements.define("keypoints-answer", KeypointsAnswer);
