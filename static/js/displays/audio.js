import "../time/audio-view.js";
