// Asks the worker to fill a region of a picture; it is begun at the first fill, and ends with the item.
import { toast } from "../../core/toast.js";

export class Filler {
  /** @param {string} url of the worker @param {any} view an ImageView */
  constructor(url, view) {
    this.url = url;
    this.view = view;
    this.isBusy = false;
  }

  /**
   * One at a time: what is asked for while it works is not done.
   * @param {{width: number, height: number, place: number, blocked: number[], isWithin: boolean, near: number}} asked
   * @returns {Promise<number[] | undefined>} the runs of the region
   */
  async fill(asked) {
    if (this.isBusy) return undefined;
    this.isBusy = true;
    try {
      this.worker ??= new Worker(this.url);
      if (asked.near >= 0 && !(await this.sendColours())) return undefined;
      return await this.answer(asked);
    } catch (error) {
      toast("The region could not be filled; paint it instead.", { kind: "warn" });
      throw error;
    } finally {
      this.isBusy = false;
    }
  }

  /** The picture's colours, once. @returns {Promise<boolean>} whether it has them */
  async sendColours() {
    if (this.hasColours) return true;
    const { img } = this.view;
    if (new URL(img.src).origin !== location.origin) {
      toast("The colours of a picture from elsewhere cannot be read here.", { kind: "warn" });
      return false;
    }
    await img.decode();
    if (img.naturalWidth !== this.view.width || img.naturalHeight !== this.view.height) {
      toast("This picture is too large to look for its colours; outline or paint instead.", { kind: "warn" });
      return false;
    }
    const pixels = await createImageBitmap(img);
    this.worker?.postMessage({ pixels }, [pixels]);
    this.hasColours = true;
    return true;
  }

  /** @param {object} asked @returns {Promise<number[]>} */
  answer(asked) {
    const worker = /** @type {Worker} */ (this.worker);
    return new Promise((done, failed) => {
      worker.onmessage = ({ data }) => done(data.runs);
      worker.onerror = (event) => failed(new Error(event.message));
      worker.postMessage(asked);
    });
  }

  end() {
    this.worker?.terminate();
    this.worker = undefined;
    this.hasColours = false;
    this.isBusy = false;
  }
}
