import "../time/series-view.js";
