// What a page sees and hears of an avatar. For the tests: `LiveKit`, `HeyGen` or `Entrance` stands
// beside it.

const LOUD = 0.01; // RMS, of full scale
const SEEN = 14; // mean difference of luma around the mouth that a person calls movement

/** Watches one media stream: when frames came, when the mouth moved, when sound was heard. */
class Witness {
  constructor() {
    this.events = [];
    this.frames = []; // [time, how much the mouth's surroundings differ from the frame before]
    this.loud = []; // times at which sound was heard
    this.size = null;
    this.video = document.body.appendChild(document.createElement("video"));
    this.video.muted = this.video.autoplay = true;
    this.canvas = new OffscreenCanvas(160, 90).getContext("2d", { willReadFrequently: true });
  }

  told(event) {
    this.events.push({ ...event, at: performance.now() });
  }

  see(track) {
    this.video.srcObject = new MediaStream([track]);
    this.video.play();
    const look = () => {
      this.size = [this.video.videoWidth, this.video.videoHeight];
      this.canvas.drawImage(this.video, 0, 0, 160, 90);
      const { data } = this.canvas.getImageData(66, 44, 28, 16); // the lower face
      const luma = data.filter((_, index) => index % 4 === 1);
      let moved = 0;
      for (const [index, value] of luma.entries()) {
        moved = Math.max(moved, Math.abs(value - (this.luma?.[index] ?? value)));
      }
      this.luma = luma;
      this.frames.push([performance.now(), moved]);
      this.video.requestVideoFrameCallback(look);
    };
    this.video.requestVideoFrameCallback(look);
  }

  hear(track) {
    // Chromium decodes a remote track only while an element plays it.
    this.speaker = new Audio();
    this.speaker.srcObject = new MediaStream([track]);
    this.speaker.play();
    const context = new AudioContext();
    context.resume();
    const analyser = context.createAnalyser();
    analyser.fftSize = 256;
    context.createMediaStreamSource(this.speaker.srcObject).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.listening = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      if (Math.sqrt(power) > LOUD) this.loud.push(performance.now());
    }, 4);
    this.context = context;
  }

  /** Whether there is a picture, and sound would be noticed. */
  get attentive() {
    return this.frames.length > 2 && this.context?.currentTime > 0;
  }

  end() {
    clearInterval(this.listening);
    this.context?.close();
    this.video.remove();
  }
}

/** Enters a room with livekit-client as it is. */
async function enter(url, token, options = {}) {
  const witness = new Witness();
  const room = new LiveKit.Room(options);
  witness.room = room;
  room.on("dataReceived", (data) => witness.told(JSON.parse(new TextDecoder().decode(data))));
  for (const name of ["reconnecting", "reconnected", "signalReconnecting"]) {
    room.on(name, () => witness.told({ type: name }));
  }
  room.on("disconnected", (reason) => witness.told({ type: "disconnected", reason }));
  room.on("trackSubscribed", (track) => {
    if (track.kind === "video") witness.see(track.mediaStreamTrack);
    else witness.hear(track.mediaStreamTrack);
  });
  witness.started = performance.now();
  await room.connect(url, token);
  witness.connected = performance.now();
  return witness;
}

/** Enters a room as the widget does, and stays in it. */
function join(url, token) {
  const witness = new Witness();
  const tell = (type) => (detail) => witness.told({ type, detail });
  const audience = {
    receive: (track) => (track.kind === "video" ? witness.see(track) : witness.hear(track)),
    hear: (event) => witness.told(event),
    failed: ({ title }) => witness.told({ type: "failed", title }),
    lose: () => {},
  };
  for (const type of ["interrupted", "resumed", "ended", "replaced", "quality"]) {
    audience[type] = tell(type);
  }
  const stay = Entrance.enter({ url, token, iceServers: [] });
  stay(audience, new AbortController().signal);
  return witness;
}

/** Starts an avatar with HeyGen's SDK as it is, and watches what it shows. */
async function startAvatar(basePath, token, request) {
  const witness = new Witness();
  const avatar = new HeyGen.default({ token, basePath });
  witness.avatar = avatar;
  for (const name of Object.values(HeyGen.StreamingEvents)) {
    avatar.on(name, (event) => {
      const detail = event.detail instanceof MediaStream ? {} : event.detail;
      witness.told(typeof detail === "object" ? { type: name, ...detail } : { type: name, detail });
    });
  }
  avatar.on("stream_ready", ({ detail }) => {
    witness.see(detail.getVideoTracks()[0]);
    witness.hear(detail.getAudioTracks()[0]);
  });
  witness.session = await avatar.createStartAvatar(request);
  return witness;
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Waits until `condition` holds; what it has waited for is named if it never does. */
async function until(condition, what, patience = 20_000) {
  const deadline = performance.now() + patience;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`${what} did not come`);
    await sleep(5);
  }
}

const of = (witness, type) => witness.events.filter((event) => event.type === type);

Object.assign(window, { Witness, enter, join, startAvatar, until, of, sleep, SEEN });
