import "../time/video-view.js";
