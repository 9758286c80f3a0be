// The spectrogram on a time strip: one picture that the server has drawn, of which the part in sight is shown.
const HEIGHT = 128;

export class Spectrogram {
  /** @param {any} strip a TimeStrip @param {any} facts @param {string} address @param {AbortSignal} signal */
  constructor(strip, facts, address, signal) {
    Object.assign(this, { strip, facts, signal });
    this.picture = new Image();
    this.picture.src = address;
    this.picture.addEventListener("load", () => this.draw(), { signal });
    this.canvas = document.createElement("canvas");
    this.canvas.className = "time-spectrogram";
    this.canvas.style.height = `${HEIGHT}px`;
    this.canvas.role = "img";
    this.canvas.ariaLabel = `Spectrogram, 0 to ${facts.spectrogram.top} Hz`;
    strip.axis.addEventListener("view", () => this.draw(), { signal });
  }

  /** @param {boolean} isShown */
  show(isShown) {
    if (isShown) this.strip.main.append(this.canvas);
    else this.canvas.remove();
    this.draw();
  }

  draw() {
    const { canvas, picture, strip: { axis } } = this;
    if (!canvas.isConnected || !picture.complete || !picture.naturalWidth) return;
    canvas.width = Math.round(axis.width * devicePixelRatio);
    canvas.height = Math.round(HEIGHT * devicePixelRatio);
    const pen = canvas.getContext("2d");
    const { seconds } = this.facts.spectrogram;
    // The last column may reach beyond the end.
    const [from, to] = [axis.from / seconds, Math.min(picture.naturalWidth, axis.to / seconds)];
    const width = ((to - from) * seconds * canvas.width) / axis.span;
    pen?.drawImage(picture, from, 0, Math.max(0.01, to - from), picture.naturalHeight, 0, 0, width, canvas.height);
  }
}
