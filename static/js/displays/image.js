import "../draw/shapes/image-view.js";
