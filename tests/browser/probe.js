// Runs in the page before anything else: measures what a person would see and hear.
window.probe = {
  /** What ends a measurement. */
  ends: [],
  /** End all measurements. */
  forget() {
    for (const end of this.ends.splice(0)) end();
  },
  /** The first element that fits, wherever in the page it is, in a shadow tree too. */
  find(selector, root = document) {
    const found = root.querySelector(selector);
    if (found) return found;
    for (const { shadowRoot } of root.querySelectorAll("*")) {
      const deeper = shadowRoot && this.find(selector, shadowRoot);
      if (deeper) return deeper;
    }
    return null;
  },
  /** Start listening and looking; returns once the measurement runs. */
  async watch(selector) {
    const video = this.find(selector);
    if (!video) throw new Error(`no ${selector} on this page`);
    if (video.probe) return;
    const context = new AudioContext();
    await context.resume();
    const analyser = context.createAnalyser();
    analyser.fftSize = 2048;
    if (video.srcObject) {
      // What comes live cannot be taken from its element. It may be seen before it can be heard.
      while (!video.srcObject.getAudioTracks().length) await new Promise(requestAnimationFrame);
      context.createMediaStreamSource(video.srcObject).connect(analyser);
    } else {
      context.createMediaElementSource(video).connect(analyser);
      analyser.connect(context.destination);
    }
    video.probe = { samples: [], wave: new Float32Array(analyser.fftSize), analyser };
    this.ends.push(() => context.close());
    const sampling = setInterval(() => {
      const { wave, samples } = video.probe;
      analyser.getFloatTimeDomainData(wave);
      let peak = 0;
      for (const value of wave) peak = Math.max(peak, Math.abs(value));
      samples.push({ at: Date.now() / 1000, peak, position: video.currentTime });
      if (samples.length > 12000) samples.shift();
    }, 10);
    this.ends.push(() => clearInterval(sampling));
  },
  /** What was heard since a moment (seconds since the epoch): samples, when first, media seconds. */
  sound(selector, since) {
    const samples = this.find(selector).probe.samples.filter((s) => s.at >= since);
    const loud = samples.filter((s) => s.peak > 0.02);
    const played = (samples.at(-1)?.position ?? 0) - (samples[0]?.position ?? 0);
    return { count: samples.length, loud: loud.length, first: loud[0]?.at ?? null, played };
  },
  /** Where playback stood since a moment: pairs of seconds since the epoch and seconds of media. */
  positions(selector, since) {
    const samples = document.querySelector(selector).probe.samples.filter((s) => s.at >= since);
    return samples.map(({ at, position }) => [at, position]);
  },
  /** Note when frames are shown by whichever video is or comes to be there. */
  look(selector) {
    const seen = new WeakSet();
    window.probe.shown = [];
    setInterval(() => {
      const video = document.querySelector(selector);
      if (!video || seen.has(video)) return;
      seen.add(video);
      const note = () => {
        window.probe.shown.push(Date.now() / 1000);
        if (window.probe.shown.length > 1000) window.probe.shown.shift();
        video.requestVideoFrameCallback(note);
      };
      video.requestVideoFrameCallback(note);
    }, 5);
  },
  /** When the first frame after a moment was shown (seconds since the epoch); needs `look`. */
  firstFrame(since) {
    return window.probe.shown.find((at) => at >= since) ?? null;
  },
  /** Position on the stream's clock at which the first sound was heard, in seconds. */
  firstSound(selector) {
    return document.querySelector(selector).probe.samples.find((s) => s.peak > 0.02)?.position;
  },
  frames(selector) {
    const video = this.find(selector);
    return video ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
  },
  /** From now on, note what stops a video, how far its frames are apart, and how many are shown. */
  follow(selector) {
    const video = this.find(selector);
    const diary = { video, stops: [], widest: 0, last: performance.now(), frames: [] };
    window.probe.diary = diary;
    for (const event of ["pause", "emptied"]) {
      video.addEventListener(event, () => diary.stops.push(event));
    }
    const note = (_, { mediaTime, presentedFrames }) => {
      const now = performance.now();
      diary.widest = Math.max(diary.widest, now - diary.last);
      diary.last = now;
      diary.frames.push([mediaTime, presentedFrames]);
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
  },
  /** How many frames of a film with so many a second were not shown, of how many; needs `follow`. */
  lost(perSecond) {
    const { frames } = this.diary;
    const [[begin, first], [end, last]] = [frames[0], frames.at(-1)];
    const all = Math.round((end - begin) * perSecond);
    return [all - (last - first), all];
  },
  /** How much the part of the picture around the mouth changes within some seconds, 0 to 255. */
  async mouth(selector, seconds) {
    const video = document.querySelector(selector);
    const [left, top, width, height] = [560, 330, 160, 130];
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    const end = Date.now() + seconds * 1000;
    let before = null;
    let most = 0;
    while (Date.now() < end) {
      await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      const scale = video.videoHeight / 720; // that is where the mouth is at 720 lines
      const part = [left, top, width, height].map((length) => length * scale);
      pen.drawImage(video, ...part, 0, 0, width, height);
      const now = pen.getImageData(0, 0, width, height).data;
      if (before) {
        let sum = 0;
        for (let i = 1; i < now.length; i += 4) sum += Math.abs(now[i] - before[i]);
        most = Math.max(most, sum / (now.length / 4));
      }
      before = now;
    }
    return most;
  },
};
